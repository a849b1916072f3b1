using System.Diagnostics;

namespace Pipeline.Serving.Tests.Programs;

/// <summary>The service as a real process, listening on a free port.</summary>
internal sealed class ServiceProcess : IDisposable
{
    private const string Listening = "listening on ";
    private const string ListeningForGrpc = "gRPC on ";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Process process;
    private readonly List<string> lines = [];
    private readonly Task<string> errors;

    private ServiceProcess(Process process)
    {
        this.process = process;
        errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <summary>The address that it listens on.</summary>
    public Uri Address { get; private set; } = new("http://unknown");

    /// <summary>Memory that the process occupies, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    /// <summary>The address on which it listens for gRPC; null when it does not.</summary>
    public Uri? GrpcAddress { get; private set; }

    /// <summary>Starts it and waits until it listens.</summary>
    public static Task<ServiceProcess> Start(string models, CancellationToken cancellation, params string[] more) =>
        Start(BuiltPrograms.Start(BuiltPrograms.Serve, ["--models", models, "--url", "http://127.0.0.1:0", .. more]), cancellation);

    /// <inheritdoc cref="Start(string, CancellationToken, string[])" />
    public static async Task<ServiceProcess> Start(ProcessStartInfo start, CancellationToken cancellation)
    {
        var service = new ServiceProcess(Process.Start(start)!);
        var line = await service.ReadLogUntil(Listening, cancellation);
        service.lines.RemoveAt(service.lines.Count - 1);
        var address = line[(line.IndexOf(Listening, StringComparison.Ordinal) + Listening.Length)..];
        service.Address = new Uri(address.Split(", ")[0]);
        if (start.ArgumentList.All(argument => argument != "none" && !argument.Contains("unix:", StringComparison.Ordinal)))
        {
            line = await service.ReadLogUntil(ListeningForGrpc, cancellation);
            service.lines.RemoveAt(service.lines.Count - 1);
            service.GrpcAddress = new Uri(line[ListeningForGrpc.Length..]);
        }

        return service;
    }

    /// <summary>Sends a signal, such as TERM, and waits until the process exits.</summary>
    public async Task<ProgramEnd> End(string signal, CancellationToken cancellation)
    {
        Signal(signal);
        var output = await process.StandardOutput.ReadToEndAsync(cancellation).WaitAsync(Patience, cancellation);
        await process.WaitForExitAsync(cancellation).WaitAsync(Patience, cancellation);
        return new ProgramEnd(process.ExitCode, string.Concat(lines) + output, await errors);
    }

    /// <summary>Sends a signal.</summary>
    public void Signal(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Reads the log up to the first line that contains this text.</summary>
    public async Task<string> ReadLogUntil(string text, CancellationToken cancellation) => (await ReadLinesUntil(text, cancellation))[^1];

    /// <summary>Reads the log up to the first line that contains this text.</summary>
    /// <returns>The lines that were read, that one the last.</returns>
    public async Task<IReadOnlyList<string>> ReadLinesUntil(string text, CancellationToken cancellation)
    {
        var read = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(Patience, cancellation) is { } line)
        {
            lines.Add(line + "\n");
            read.Add(line);
            if (line.Contains(text, StringComparison.Ordinal))
            {
                return read;
            }
        }

        Assert.Fail($"The service ended without a line about '{text}': {string.Concat(lines)}{await errors}");
        return read;
    }

    public void Dispose()
    {
        if (!process.HasExited)
        {
            process.Kill();
        }

        process.Dispose();
    }
}
