namespace Pipeline.Serving.Observability;

/// <summary>
/// Upper bounds of the histograms. Neighbors are at most a factor of two apart up to five seconds, so that a quantile read between two
/// of them is not far off, and 0.1, 0.3 and 1 are among them for objectives.
/// </summary>
internal static class MetricBuckets
{
    private static readonly double[] AllBatchSizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64];

    /// <summary>Seconds of a request or a part of it.</summary>
    public static double[] Latency { get; } =
        [.001, .0025, .005, .01, .02, .035, .05, .075, .1, .15, .2, .3, .5, .75, 1, 1.5, 2.5, 5, 10, 30];

    /// <summary>Seconds in a queue, which an idle service leaves within microseconds.</summary>
    public static double[] Queue { get; } = [.0001, .0005, .. Latency];

    /// <summary>Seconds to load a model.</summary>
    public static double[] Load { get; } = [.1, .25, .5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300];

    /// <summary>Scores, 0..1.</summary>
    public static double[] Score { get; } = [.1, .2, .3, .4, .5, .6, .7, .8, .9, 1];

    /// <summary>Images in one execution, up to the largest batch.</summary>
    public static double[] BatchSize(int maxBatchSize) => [.. AllBatchSizes.Where(size => size < maxBatchSize), maxBatchSize];
}
