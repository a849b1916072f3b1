using System.CommandLine.Parsing;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Commands;

/// <summary>How a command's error is told: one line and an exit code.</summary>
/// <param name="Line">For the user.</param>
/// <param name="ExitCode">1: failed; 2: the user's input is wrong.</param>
/// <param name="Cause">What happened.</param>
internal sealed record CommandFailure(string Line, int ExitCode, Exception Cause)
{
    /// <summary>Exit code where something failed.</summary>
    public const int Failed = 1;

    /// <summary>Exit code where the user's input is wrong.</summary>
    public const int WrongInput = 2;

    private const int LongestMessage = 2000;

    /// <summary>What a command threw, in words.</summary>
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

            // Files, folders, links, rights and room are the user's, even where no check came before.
            IOException and not FileNotWrittenException => new CommandFailure($"error: {message}", WrongInput, cause),
            _ => new CommandFailure($"failed: {cause.GetType().Name}: {message}", Failed, cause),
        };
    }

    /// <summary>What the parser says, with the option that it is about.</summary>
    public static string Of(ParseError error)
    {
        var message = OneLine(error.Message);
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is null || message.Contains(option.Option.Name, StringComparison.Ordinal)
            ? $"error: {message}"
            : $"error: {option.Option.Name}: {message}";
    }

    /// <summary>What worker threads met is what they were asked to do: the user's error is told as such.</summary>
    private static Exception Innermost(Exception exception)
    {
        if (exception is not AggregateException aggregate)
        {
            return exception;
        }

        var causes = aggregate.Flatten().InnerExceptions;
        return causes.FirstOrDefault(cause => cause is UserErrorException) ?? causes[0];
    }

    /// <summary>A message in one line, whatever a user's text in it holds.</summary>
    private static string OneLine(string message)
    {
        var line = message.ReplaceLineEndings(" ").Replace('\t', ' ');
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }
}
