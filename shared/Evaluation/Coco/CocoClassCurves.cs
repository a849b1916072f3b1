namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>
/// Precision and recall of one class by range of areas, limit of detections and IoU threshold; −1 where it has no object.
/// </summary>
internal sealed class CocoClassCurves
{
    private const double NumPyEpsilon = 2.220446049250313e-16;

    private readonly int limits;
    private readonly int thresholds;
    private readonly int[] objects;
    private readonly double[] recalls;
    private readonly double[] precisions;

    public CocoClassCurves(int areas, int limits, int thresholds)
    {
        this.limits = limits;
        this.thresholds = thresholds;
        objects = new int[areas];
        recalls = new double[areas * limits * thresholds];
        precisions = new double[recalls.Length * RecallPoints.Length];
        Array.Fill(recalls, -1);
        Array.Fill(precisions, -1);
    }

    /// <summary>0, 0.01 … 1, with NumPy's rounding of <c>linspace</c>.</summary>
    public static double[] RecallPoints { get; } = [.. Enumerable.Range(0, 100).Select(i => i * 0.01), 1];

    /// <summary>Objects that should be found.</summary>
    public int Objects(int area) => objects[area];

    /// <summary>The highest recall.</summary>
    public double Recall(int area, int limit, int threshold) => recalls[Offset(area, limit, threshold)];

    /// <summary>Precision at each of <see cref="RecallPoints"/>.</summary>
    public Span<double> Precision(int area, int limit, int threshold) =>
        precisions.AsSpan(Offset(area, limit, threshold) * RecallPoints.Length, RecallPoints.Length);

    /// <summary>Adds the curves of a range of areas.</summary>
    /// <param name="area">Index of the range.</param>
    /// <param name="count">Objects that should be found.</param>
    /// <param name="outcomes">Of the detections.</param>
    /// <param name="places">Of each detection, how many of its own image come before it.</param>
    /// <param name="maxDetections">The limits.</param>
    public void Add(int area, int count, CocoOutcomes outcomes, ReadOnlySpan<int> places, IReadOnlyList<int> maxDetections)
    {
        objects[area] = count;
        if (count == 0)
        {
            return;
        }

        var hits = new PrecisionAtHits(thresholds, count);
        for (var limit = 0; limit < limits; limit++)
        {
            hits.Collect(outcomes, places, maxDetections[limit]);
            for (var threshold = 0; threshold < thresholds; threshold++)
            {
                var precision = hits.Envelope(threshold);
                recalls[Offset(area, limit, threshold)] = (double)precision.Length / count;
                Sample(precision, count, Precision(area, limit, threshold));
            }
        }
    }

    /// <param name="envelope">Precision when the first, the second … object is found.</param>
    /// <param name="count">Objects that should be found.</param>
    /// <param name="points">Receives the precision at the recall points.</param>
    private static void Sample(ReadOnlySpan<double> envelope, int count, Span<double> points)
    {
        var hit = 0;
        for (var point = 0; point < points.Length; point++)
        {
            while (hit < envelope.Length && (double)(hit + 1) / count < RecallPoints[point])
            {
                hit++;
            }

            points[point] = hit < envelope.Length ? envelope[hit] : 0;
        }
    }

    private int Offset(int area, int limit, int threshold) => (area * limits + limit) * thresholds + threshold;

    /// <summary>
    /// Precision falls between two hits and rises at a hit, so that the highest precision from a rank on is that of a hit: only hits are
    /// kept.
    /// </summary>
    private sealed class PrecisionAtHits(int thresholds, int objects)
    {
        private readonly double[] precision = new double[thresholds * objects];
        private readonly int[] hits = new int[thresholds];
        private readonly int[] misses = new int[thresholds];

        public void Collect(CocoOutcomes outcomes, ReadOnlySpan<int> places, int limit)
        {
            Array.Clear(hits);
            Array.Clear(misses);
            var truePositives = outcomes.TruePositives;
            var falsePositives = outcomes.FalsePositives;
            var missesOfAll = 0;
            for (var rank = 0; rank < places.Length; rank++)
            {
                if (places[rank] >= limit)
                {
                    continue;
                }

                if (falsePositives[rank] == outcomes.All)
                {
                    missesOfAll++;
                }
                else if ((truePositives[rank] | falsePositives[rank]) != 0)
                {
                    CountByThreshold(truePositives[rank], falsePositives[rank], missesOfAll);
                }
            }
        }

        /// <summary>The highest precision from each hit on.</summary>
        public ReadOnlySpan<double> Envelope(int threshold)
        {
            var envelope = precision.AsSpan(threshold * objects, hits[threshold]);
            for (var i = envelope.Length - 1; i > 0; i--)
            {
                envelope[i - 1] = Math.Max(envelope[i - 1], envelope[i]);
            }

            return envelope;
        }

        private void CountByThreshold(uint hit, uint miss, int missesOfAll)
        {
            for (var threshold = 0; threshold < hits.Length; threshold++)
            {
                var bit = 1u << threshold;
                if ((miss & bit) != 0)
                {
                    misses[threshold]++;
                }
                else if ((hit & bit) != 0)
                {
                    hits[threshold]++;
                    double found = hits[threshold];
                    double wrong = missesOfAll + misses[threshold];
                    precision[threshold * objects + hits[threshold] - 1] = found / (wrong + found + NumPyEpsilon);
                }
            }
        }
    }
}
