using System.CommandLine;

namespace Pipeline.Shared.Commands;

/// <summary>Exit codes: 0 done, 1 failed, 2 the user's input is wrong, 130 interrupted.</summary>
public static class CommandRunner
{
    /// <param name="root">The program's commands.</param>
    /// <param name="arguments">What the user typed.</param>
    /// <returns>The exit code; what went wrong is one line on the standard error.</returns>
    public static async Task<int> RunAsync(RootCommand root, string[] arguments)
    {
        var parsed = root.Parse(arguments);
        if (parsed.Errors.Count > 0)
        {
            foreach (var error in parsed.Errors)
            {
                await Console.Error.WriteLineAsync($"error: {error.Message}");
            }

            await Console.Error.WriteLineAsync("Add --help to see what the command takes.");
            return 2;
        }

        using var signals = new TerminationSignals();
        try
        {
            return await parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null }, signals.Token);
        }
        catch (UserErrorException exception)
        {
            await Console.Error.WriteLineAsync($"error: {exception.Message}");
            return 2;
        }
        catch (OperationCanceledException)
        {
            await Console.Error.WriteLineAsync("interrupted.");
            return 130;
        }
#pragma warning disable CA1031 // The last resort: one line instead of a stack trace.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            await Console.Error.WriteLineAsync($"failed: {exception.GetType().Name}: {exception.Message}");
            return 1;
        }
    }
}
