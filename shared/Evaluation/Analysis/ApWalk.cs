using System.Numerics;
using Pipeline.Shared.Evaluation.Coco;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// Computes COCO's AP in a walk from the lowest rank to the highest, so that the highest precision from a rank on is known when the rank
/// is reached. Bit t of a mask is IoU threshold t. Holds one thread's working memory, and serves one ranking after the other.
/// </summary>
/// <param name="thresholds">How many IoU thresholds there are.</param>
internal sealed class ApWalk(int thresholds)
{
    private const double NumPyEpsilon = 2.220446049250313e-16;

    /// <summary>For each recall point, how many objects have to be found.</summary>
    private readonly int[] needed = new int[CocoClassCurves.RecallPoints.Length];

    /// <summary>At each threshold: objects found, and detections that do not count, up to the rank that is reached.</summary>
    private readonly int[] hits = new int[thresholds];
    private readonly int[] ignored = new int[thresholds];

    /// <summary>At each threshold: the highest precision so far, and how many recall points still have no precision.</summary>
    private readonly double[] best = new double[thresholds];
    private readonly int[] open = new int[thresholds];

    private int detections;
    private double sum;

    /// <summary>Starts with a ranking.</summary>
    /// <param name="objects">How many objects should be found, at least 1.</param>
    public void Begin(int objects)
    {
        for (var point = 0; point < needed.Length; point++)
        {
            needed[point] = Needed(CocoClassCurves.RecallPoints[point], objects);
        }

        Array.Clear(hits);
        Array.Clear(ignored);
        Array.Clear(best);
        Array.Fill(open, needed.Length);
        detections = 0;
        sum = 0;
    }

    /// <summary>Counts copies of a detection; all have to be counted before the walk.</summary>
    public void Count(int copies, uint found, uint notCounted)
    {
        detections += copies;
        Add(hits, found, copies);
        Add(ignored, notCounted, copies);
    }

    /// <summary>Walks past the copies of the detection that comes before in the ranking.</summary>
    public void StepBack(int copies, uint found, uint notCounted)
    {
        if (copies == 0)
        {
            return;
        }

        for (var mask = found; mask != 0; mask &= mask - 1)
        {
            var threshold = BitOperations.TrailingZeroCount(mask);
            Close(threshold, hits[threshold]);

            // Among copies of a hit precision rises, so the last one's is the highest.
            double right = hits[threshold];
            double wrong = detections - ignored[threshold] - hits[threshold];
            best[threshold] = Math.Max(best[threshold], right / (wrong + right + NumPyEpsilon));
            hits[threshold] -= copies;
            Close(threshold, hits[threshold]);
        }

        Add(ignored, notCounted, -copies);
        detections -= copies;
    }

    /// <summary>Mean over thresholds and recall points.</summary>
    public double Ap()
    {
        for (var threshold = 0; threshold < thresholds; threshold++)
        {
            sum += open[threshold] * best[threshold];
        }

        return sum / (thresholds * needed.Length);
    }

    /// <summary>
    /// Gives the recall points that need more objects than are found before a rank the highest precision from the rank on.
    /// </summary>
    private void Close(int threshold, int before)
    {
        var point = open[threshold];
        while (point > 0 && needed[point - 1] > before)
        {
            point--;
            sum += best[threshold];
        }

        open[threshold] = point;
    }

    private static void Add(int[] counts, uint mask, int copies)
    {
        for (; mask != 0; mask &= mask - 1)
        {
            counts[BitOperations.TrailingZeroCount(mask)] += copies;
        }
    }

    /// <summary>The least count whose recall, as a rounded quotient, reaches a recall point.</summary>
    private static int Needed(double recall, int objects)
    {
        var count = (int)Math.Ceiling(recall * objects);
        while (count > 0 && (double)(count - 1) / objects >= recall)
        {
            count--;
        }

        while ((double)count / objects < recall)
        {
            count++;
        }

        return count;
    }
}
