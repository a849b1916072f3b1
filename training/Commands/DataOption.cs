using System.CommandLine;
using Pipeline.Shared.Commands;

namespace Pipeline.Training.Commands;

/// <summary><c>--data</c> of the commands that read labelled images.</summary>
internal static class DataOption
{
    /// <summary>Creates the option.</summary>
    public static Option<string> Create() => new("--data")
    {
        Required = true,
        Description = FormatOption.DataDescription,
    };
}
