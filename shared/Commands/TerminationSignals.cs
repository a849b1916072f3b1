using System.Runtime.InteropServices;
using Microsoft.Extensions.Hosting;

namespace Pipeline.Shared.Commands;

/// <summary>
/// The host's lifetime: Ctrl-C, SIGTERM and a closed terminal ask the command to save and stop; a second signal ends the process at once.
/// </summary>
/// <param name="application">Passes the request to the command.</param>
internal sealed class TerminationSignals(IHostApplicationLifetime application) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> registrations = [];

    /// <summary>Registers the signal handlers.</summary>
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

    /// <summary>Does nothing: the handlers are removed on disposal.</summary>
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

    /// <summary>Whether the program was started with nohup, or the system cannot tell.</summary>
    private static bool IgnoresHangup()
    {
        const string Status = "/proc/self/status";
        const string Ignored = "SigIgn:";
        if (!OperatingSystem.IsLinux())
        {
            return true;
        }

        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(Ignored, StringComparison.Ordinal));
        if (line is null)
        {
            return true;
        }

        var ignored = Convert.ToUInt64(line[Ignored.Length..].Trim(), 16);
        return (ignored & 1) != 0;   // SIGHUP is signal 1
    }
}
