using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Shared.Commands;

/// <summary>
/// The host's lifetime: Ctrl-C, SIGTERM and a closed terminal ask the command to save and stop; a second one ends the process at once.
/// </summary>
/// <param name="application">Tells the command.</param>
internal sealed class TerminationSignals(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Takes the signals over.</summary>
    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        var signals = new List<PosixSignal> { PosixSignal.SIGINT, PosixSignal.SIGTERM };
        if (!IgnoresHangup())
        {
            signals.Add(PosixSignal.SIGHUP);
        }

        registrations.AddRange(signals.Select(signal => PosixSignalRegistration.Create(signal, Handle)));
        return Task.CompletedTask;
    }

    /// <summary>Nothing is left to do: the signals are given back on disposal.</summary>
    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var registration in registrations)
        {
            registration.Dispose();
        }
    }

    private void Handle(PosixSignalContext context)
    {
        if (!application.ApplicationStopping.IsCancellationRequested)
        {
            context.Cancel = true;
            application.StopApplication();
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
