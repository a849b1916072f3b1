using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary><c>--verbosity</c> of every command.</summary>
public static class VerbosityOption
{
    private const string Name = "--verbosity";
    private const string Quiet = "quiet", Normal = "normal", Detailed = "detailed", Debug = "debug";

    /// <summary>The option, for a program's root: every command below takes it too.</summary>
    internal static Option<string> Create()
    {
        var option = new Option<string>(Name)
        {
            Recursive = true,
            DefaultValueFactory = _ => Normal,
            Description = "quiet: results, warnings and errors only; normal; detailed: single steps, files and times too; "
                + "debug: everything, and the stack trace of an error.",
        };
        return option.AcceptOnlyFromAmong(Quiet, Normal, Detailed, Debug);
    }

    /// <summary>What a command was called with.</summary>
    public static Verbosity Of(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetValue<string>(Name) switch
        {
            Quiet => Verbosity.Quiet,
            Detailed => Verbosity.Detailed,
            Debug => Verbosity.Debug,
            _ => Verbosity.Normal,
        };
    }
}
