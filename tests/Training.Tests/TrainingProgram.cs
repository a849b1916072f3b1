using System.Diagnostics;

namespace Pipeline.Training.Tests;

/// <summary><c>pipeline-train</c> as a real process.</summary>
internal static class TrainingProgram
{
    /// <summary>Starts it; its outputs are read by the caller.</summary>
    public static Process Start(params string[] arguments) => Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "pipeline-train.dll"), .. arguments])
    {
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;

    /// <summary>Runs it to its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> Run(CancellationToken cancellation, params string[] arguments)
    {
        using var process = Start(arguments);
        return await End(process, cancellation);
    }

    /// <summary>Waits for its end.</summary>
    public static async Task<(int Code, string Output, string Errors)> End(Process process, CancellationToken cancellation)
    {
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellation), process.StandardError.ReadToEndAsync(cancellation));
        await process.WaitForExitAsync(cancellation);
        return (process.ExitCode, await output, await errors);
    }
}
