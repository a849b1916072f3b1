namespace Pipeline.Benchmarks.Load;

/// <summary>Percentiles of measured times.</summary>
internal static class Percentile
{
    /// <summary>The smallest value that at least this share of the values does not exceed; not a number when there is none.</summary>
    public static double Of(IEnumerable<double> values, double share)
    {
        double[] sorted = [.. values.Order()];
        return sorted.Length == 0 ? double.NaN : sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
    }
}
