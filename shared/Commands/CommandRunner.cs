using System.CommandLine;
using System.CommandLine.Invocation;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Shared.Commands;

/// <summary>Runs a program's commands. Exit codes: 0 done, 1 failed, 2 the user's input is wrong, 130 interrupted.</summary>
public static class CommandRunner
{
    private const int Interrupted = 130;

    /// <summary>Runs the command that the user typed.</summary>
    /// <param name="root">Describes the program.</param>
    /// <param name="addCommands">Adds the program's commands to the container.</param>
    /// <param name="arguments">The command line.</param>
    /// <returns>The exit code; an error is one line on standard error.</returns>
    public static async Task<int> RunAsync(RootCommand root, Action<IServiceCollection> addCommands, string[] arguments)
    {
        // Numbers are read and printed the same way on every machine.
        CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        using var host = ProgramHost.Build(root, addCommands);
        var parsed = host.Services.GetRequiredService<RootCommand>().Parse(arguments);
        if (await IsRefusedAsync(parsed, arguments))
        {
            return CommandFailure.WrongInput;
        }

        var verbosity = VerbosityOption.Of(parsed);
        host.Services.GetRequiredService<ConsoleLog>().Verbosity = verbosity;
        try
        {
            return await InvokeAsync(host, parsed);
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
            return await ReportAsync(CommandFailure.Of(exception), verbosity);
        }
    }

    private static async Task<bool> IsRefusedAsync(ParseResult parsed, string[] arguments)
    {
        var empty = Array.IndexOf(arguments, "");
        if (empty >= 0)
        {
            var position = empty > 0 ? $", after {arguments[empty - 1]}," : "";
            await Console.Error.WriteLineAsync(
                $"error: argument {empty + 1}{position} is empty; give a value or omit the option.");
            return true;
        }

        if (parsed.Errors.Count == 0)
        {
            return false;
        }

        foreach (var error in parsed.Errors)
        {
            await Console.Error.WriteLineAsync(CommandFailure.Of(error));
        }

        await Console.Error.WriteLineAsync("Use --help to list what the command takes.");
        return true;
    }

    private static async Task<int> InvokeAsync(IHost host, ParseResult parsed)
    {
        var invocation = new InvocationConfiguration { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null };
        if (parsed.Action is not AsynchronousCommandLineAction)
        {
            // It cannot be cancelled: the host that would handle signals is not started, so a signal ends the process.
            return await parsed.InvokeAsync(invocation, CancellationToken.None);
        }

        await host.StartAsync();
        var stopping = host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        var code = await parsed.InvokeAsync(invocation, stopping);
        await host.StopAsync();
        return code;
    }

    private static async Task<int> ReportAsync(CommandFailure failure, Verbosity verbosity)
    {
        await Console.Error.WriteLineAsync(failure.Line);
        if (verbosity.ShowsStackTraces())
        {
            await Console.Error.WriteLineAsync(failure.Cause.ToString());
        }

        return failure.ExitCode;
    }
}
