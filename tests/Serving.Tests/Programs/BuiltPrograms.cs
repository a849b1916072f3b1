using System.Diagnostics;
using Pipeline.Golden;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>The programs as they were built, run as real processes.</summary>
internal static class BuiltPrograms
{
    public static string Serve { get; } = Find("serving", "pipeline-serve");

    public static string Train { get; } = Find("training", "pipeline-train");

    /// <summary>How to start one; the caller reads its outputs.</summary>
    public static ProcessStartInfo Start(string program, params string[] arguments) =>
        new(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };

    /// <summary>Runs a program until it exits.</summary>
    public static async Task<ProgramEnd> Run(ProcessStartInfo start, CancellationToken cancellation)
    {
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancellation);
        var errors = process.StandardError.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return new ProgramEnd(process.ExitCode, await output, await errors);
    }

    private static string Find(string folder, string name)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        return Path.Combine(SharedData.RepositoryRoot, folder, "bin", configuration, "net10.0", name);
    }
}

/// <summary>Exit code and outputs of a program.</summary>
internal sealed record ProgramEnd(int Code, string Output, string Errors);
