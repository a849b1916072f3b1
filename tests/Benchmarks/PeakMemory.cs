namespace Pipeline.Benchmarks;

/// <summary>The largest resident memory of this process since a moment; Linux tells it, elsewhere it is 0.</summary>
internal static class PeakMemory
{
    private const string ResetPeak = "5";   // proc(5), clear_refs

    public static void Reset()
    {
        if (OperatingSystem.IsLinux())
        {
            File.WriteAllText("/proc/self/clear_refs", ResetPeak);
        }
    }

    public static long Bytes() => !OperatingSystem.IsLinux() ? 0
        : 1024 * long.Parse(
            File.ReadLines("/proc/self/status")
                .Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal))
                .Split(' ', StringSplitOptions.RemoveEmptyEntries)[1],
            System.Globalization.CultureInfo.InvariantCulture);
}
