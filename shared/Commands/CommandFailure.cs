using System.CommandLine.Parsing;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Commands;

/// <summary>How a command's error is reported: one line and an exit code.</summary>
/// <param name="Line">The line for the user.</param>
/// <param name="ExitCode"><see cref="Failed"/> or <see cref="WrongInput"/>.</param>
/// <param name="Cause">The exception.</param>
internal sealed record CommandFailure(string Line, int ExitCode, Exception Cause)
{
    /// <summary>Exit code when something failed.</summary>
    public const int Failed = 1;

    /// <summary>Exit code when the user's input is wrong.</summary>
    public const int WrongInput = 2;

    private const int MaxMessageLength = 2000;

    /// <summary>Describes an exception of a command.</summary>
    public static CommandFailure Of(Exception exception)
    {
        var cause = Innermost(exception);
        var message = OneLine(cause.Message);
        return cause switch
        {
            UserErrorException => new CommandFailure($"error: {message}", WrongInput, cause),
            UnauthorizedAccessException => new CommandFailure(
                $"error: {message} The user '{Environment.UserName}' lacks permission; change it, or choose another path.",
                WrongInput,
                cause),

            // Files, folders, links, permissions and disk space are up to the user, even where no check came first.
            IOException and not FileNotWrittenException => new CommandFailure($"error: {message}", WrongInput, cause),
            _ => new CommandFailure($"failed: {cause.GetType().Name}: {message}", Failed, cause),
        };
    }

    /// <summary>The parser's error, with the option that it concerns.</summary>
    public static string Of(ParseError error)
    {
        var message = OneLine(error.Message);
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is null || message.Contains(option.Option.Name, StringComparison.Ordinal)
            ? $"error: {message}"
            : $"error: {option.Option.Name}: {message}";
    }

    /// <summary>The cause behind the errors of worker threads; an error of the user's comes first.</summary>
    private static Exception Innermost(Exception exception)
    {
        if (exception is not AggregateException aggregate)
        {
            return exception;
        }

        var causes = aggregate.Flatten().InnerExceptions;
        return causes.FirstOrDefault(cause => cause is UserErrorException) ?? causes[0];
    }

    /// <summary>The message on one line of limited length, whatever user text it contains.</summary>
    private static string OneLine(string message)
    {
        var line = message.ReplaceLineEndings(" ").Replace('\t', ' ');
        return line.Length <= MaxMessageLength ? line : line[..MaxMessageLength] + "…";
    }
}
