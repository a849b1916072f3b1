using System.Diagnostics;
using Pipeline.Golden;

namespace Pipeline.Training.Tests;

/// <summary><c>pipeline-train</c> as a real process.</summary>
internal static class TrainingProgram
{
    /// <summary>Where its build lies, with the serving program beside it.</summary>
    public static string Path { get; } = System.IO.Path.Combine(
        SharedData.RepositoryRoot,
        "training",
        "bin",
        new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name,
        "net10.0",
        "pipeline-train");

    /// <summary>Starts it; its outputs are read by the caller.</summary>
    public static Process Start(params string[] arguments) =>
        Process.Start(new ProcessStartInfo(Path, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> Run(CancellationToken cancellation, params string[] arguments)
    {
        using var process = Start(arguments);
        return await End(process, cancellation);
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> End(Process process, CancellationToken cancellation)
    {
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await errors);
    }
}
