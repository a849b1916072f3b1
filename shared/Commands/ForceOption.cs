using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary><c>--force</c> of the commands that write single files.</summary>
public static class ForceOption
{
    /// <summary>Creates the option.</summary>
    public static Option<bool> Create() => new("--force") { Description = "Replace files of an earlier run; inputs are never replaced." };
}
