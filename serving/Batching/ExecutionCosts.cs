using System.Runtime.CompilerServices;
using Pipeline.Serving.Inference;

namespace Pipeline.Serving.Batching;

/// <summary>
/// What an image of each size has lately taken of an execution. Not safe for concurrent calls: its owner's lock guards it. It forgets a
/// version that is no longer used, and keeps a bounded number of sizes.
/// </summary>
internal sealed class ExecutionCosts
{
    /// <summary>Sizes of which a version's costs are kept; one more, and it starts anew with its mean.</summary>
    internal const int MostSizes = 256;

    private readonly ConditionalWeakTable<IDetector, DetectorCosts> detectors = [];

    /// <summary>Seconds of an image of which neither version nor size is known; 0 when nothing is.</summary>
    public double SecondsPerImageOfAny { get; private set; }

    /// <summary>Takes an execution into account.</summary>
    /// <param name="key">What was executed.</param>
    /// <param name="images">Images in the batch.</param>
    /// <param name="elapsed">How long the execution took.</param>
    public void Observe(BatchKey key, int images, TimeSpan elapsed)
    {
        var costs = detectors.GetOrCreateValue(key.Detector);
        var seconds = elapsed.TotalSeconds / images;
        costs.Observe((key.WidthPixels, key.HeightPixels), seconds);
        SecondsPerImageOfAny = Moved(SecondsPerImageOfAny == 0 ? null : SecondsPerImageOfAny, seconds);
    }

    /// <summary>Seconds of one image; those of the version's other sizes when its own is new, 0 when nothing is known.</summary>
    public double SecondsPerImage(BatchKey key) =>
        detectors.TryGetValue(key.Detector, out var costs) ? costs.Of((key.WidthPixels, key.HeightPixels)) : 0;

    /// <summary>An exponentially weighted mean: the last ten executions make nine tenths of it.</summary>
    private static double Moved(double? mean, double next)
    {
        const double Weight = 0.2;
        return mean is { } known ? known + Weight * (next - known) : next;
    }

    private sealed class DetectorCosts
    {
        private readonly Dictionary<(int Width, int Height), double> sizes = [];
        private double? mean;

        public double Of((int Width, int Height) size) => sizes.TryGetValue(size, out var seconds) ? seconds : mean ?? 0;

        public void Observe((int Width, int Height) size, double seconds)
        {
            double? known = sizes.TryGetValue(size, out var before) ? before : null;
            if (known is null && sizes.Count == MostSizes)
            {
                sizes.Clear();
            }

            sizes[size] = Moved(known, seconds);
            mean = Moved(mean, seconds);
        }
    }
}
