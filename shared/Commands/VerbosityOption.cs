using System.CommandLine;
using System.CommandLine.Parsing;

namespace Pipeline.Shared.Commands;

/// <summary><c>--verbosity</c> of every command.</summary>
public static class VerbosityOption
{
    /// <summary>The option.</summary>
    public const string Name = "--verbosity";

    private const string Quiet = "quiet";
    private const string Normal = "normal";
    private const string Detailed = "detailed";
    private const string Debug = "debug";

    /// <summary>Creates the option for a program's root command; all its subcommands accept it.</summary>
    internal static Option<string> Create()
    {
        var option = new Option<string>(Name)
        {
            Recursive = true,
            DefaultValueFactory = _ => Normal,
            Description = "quiet: results, warnings and errors only; normal; detailed: individual steps, files and times too; "
                + "debug: everything, and the stack trace of an error.",
        };
        return option.AcceptOnlyFromAmong(Quiet, Normal, Detailed, Debug);
    }

    /// <summary>The verbosity as it was typed; null when it was not.</summary>
    public static string? Typed(ParseResult parsed)
    {
        ArgumentNullException.ThrowIfNull(parsed);
        return parsed.GetResult(Name) is OptionResult { Implicit: false } ? parsed.GetValue<string>(Name) : null;
    }

    /// <summary>The verbosity on a command line.</summary>
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
