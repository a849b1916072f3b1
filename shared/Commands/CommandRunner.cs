using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Globalization;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Commands;

/// <summary>Exit codes: 0 done, 1 failed, 2 the user's input is wrong, 130 interrupted.</summary>
public static class CommandRunner
{
    private const int LongestMessage = 2000;
    private const int Failed = 1, WrongInput = 2, Interrupted = 130;

    /// <param name="root">The program's commands.</param>
    /// <param name="arguments">What the user typed.</param>
    /// <returns>The exit code; what went wrong is one line on the standard error.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        // Numbers look the same on every machine, in what is read and in what is printed.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var parsed = root.Parse(arguments);
        if (Array.IndexOf(arguments, "") is >= 0 and var empty)
        {
            var place = empty > 0 ? $", behind {arguments[empty - 1]}," : "";
            await Console.Error.WriteLineAsync(
                $"error: argument {empty + 1}{place} is empty; give a value or leave the option out.");
            return WrongInput;
        }

        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"error: {Named(error)}");
            }

            await Console.Error.WriteLineAsync("Add --help to see what the command takes.");
            return WrongInput;
        }

        // A command that cannot be cancelled is ended by the signal itself.
        using var signals = parsed.Action is AsynchronousCommandLineAction ? new TerminationSignals() : null;
        try
        {
            var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
            return await parsed.InvokeAsync(invocation, signals?.Token ?? CancellationToken.None);
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("interrupted.");
            return Interrupted;
        }
#pragma warning disable CA1031 // The last resort: one line instead of a stack trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return await Tell(Innermost(exception));
        }
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

    private static async Task<int> Tell(Exception exception)
    {
        if (exception is UserErrorException)
        {
            await Console.Error.WriteLineAsync($"error: {OneLine(exception.Message)}");
            return WrongInput;
        }

        if (exception is UnauthorizedAccessException)
        {
            await Console.Error.WriteLineAsync($"error: {OneLine(exception.Message)} The user '{Environment.UserName}' lacks the right; change it, or choose another place.");
            return WrongInput;
        }

        // Files, folders, links, rights and room are the user's, even where no check came before.
        if (exception is IOException and not FileNotWrittenException)
        {
            await Console.Error.WriteLineAsync($"error: {OneLine(exception.Message)}");
            return WrongInput;
        }

        await Console.Error.WriteLineAsync($"failed: {exception.GetType().Name}: {OneLine(exception.Message)}");
        return Failed;
    }

    /// <summary>What the parser says, with the option that it is about.</summary>
    private static string Named(ParseError error)
    {
        var message = OneLine(error.Message);
        var option = error.SymbolResult as OptionResult ?? error.SymbolResult?.Parent as OptionResult;
        return option is null || message.Contains(option.Option.Name, StringComparison.Ordinal) ? message : $"{option.Option.Name}: {message}";
    }

    /// <summary>A message in one line, whatever a user's text in it holds.</summary>
    private static string OneLine(string message)
    {
        var line = message.ReplaceLineEndings(" ").Replace('\t', ' ');
        return line.Length <= LongestMessage ? line : line[..LongestMessage] + "…";
    }
}
