using System.Diagnostics;
using System.Globalization;

namespace Pipeline.Benchmarks.Load;

/// <summary>The built serving program as a process of its own, listening on a free port.</summary>
internal sealed class MeasuredService : IDisposable
{
    private const string Listening = "listening on ";
    private readonly Process process;

    private MeasuredService(Process process, Uri address)
    {
        this.process = process;
        Address = address;
    }

    /// <summary>Address of its HTTP endpoint.</summary>
    public Uri Address { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="models">Folder of the model repository.</param>
    /// <param name="model">Name of the model.</param>
    /// <param name="more">Further options.</param>
    public static MeasuredService Start(string models, string model, params string[] more)
    {
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var program = Path.Combine("serving", "bin", configuration, "net10.0", "pipeline-serve");
        string[] arguments = ["--models", models, "--model", model, "--url", "http://127.0.0.1:0", "--verbosity", "quiet", .. more];
        var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        while (process.StandardOutput.ReadLine() is { } line)
        {
            var at = line.IndexOf(Listening, StringComparison.Ordinal);
            if (at >= 0)
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return new MeasuredService(process, new Uri(line[(at + Listening.Length)..].Split(", ")[0]));
            }
        }

        throw new InvalidOperationException("The service ended before it listened; build it, and run this in the repository's folder.");
    }

    /// <summary>Its resident memory in megabytes.</summary>
    public double ResidentMegabytes()
    {
        var line = File.ReadLines($"/proc/{process.Id}/status").First(entry => entry.StartsWith("VmRSS:", StringComparison.Ordinal));
        var kilobytes = line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return double.Parse(kilobytes, CultureInfo.InvariantCulture) * 1_024 / 1_000_000;
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
