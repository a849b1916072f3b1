using System.Runtime.InteropServices;

namespace Pipeline.Shared.Commands;

/// <summary>Ctrl-C, SIGTERM and a closed terminal as a cancellation: the first one asks the command to save and stop, a second one ends the process at once.</summary>
internal sealed class TerminationSignals : IDisposable
{
    private readonly CancellationTokenSource source = new();
    private readonly PosixSignalRegistration[] registrations;

    public TerminationSignals()
    {
        var signals = new List<PosixSignal> { PosixSignal.SIGINT, PosixSignal.SIGTERM };
        if (!IgnoresHangup())
        {
            signals.Add(PosixSignal.SIGHUP);
        }

        registrations = [.. signals.Select(signal => PosixSignalRegistration.Create(signal, Handle))];
    }

    public CancellationToken Token => source.Token;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }

        source.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        if (!source.IsCancellationRequested)
        {
            context.Cancel = true;
            source.Cancel();
        }
    }

    /// <summary>Whether the program was started with nohup, or the system has no such signal that we can ask for.</summary>
    private static bool IgnoresHangup()
    {
        const string Status = "/proc/self/status", Ignored = "SigIgn:";
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal));
        return line is null || (Convert.ToUInt64(line[Ignored.Length..].Trim(), 16) & 1) != 0;   // SIGHUP is signal 1
    }
}
