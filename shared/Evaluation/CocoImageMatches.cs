namespace Pipeline.Shared.Evaluation;

/// <summary>What a detection turned out to be.</summary>
internal enum MatchOutcome : byte
{
    /// <summary>It counts neither for nor against.</summary>
    Ignored,

    /// <summary>It found an object.</summary>
    TruePositive,

    /// <summary>It found nothing.</summary>
    FalsePositive,
}

/// <summary>Objects and detections of one image and category, matched greedily by falling score at every threshold and area range.</summary>
internal sealed class CocoImageMatches
{
    private readonly CocoObject[] objects;
    private readonly CocoDetection[] detections;
    private readonly double[] overlaps;
    private readonly MatchOutcome[] outcomes;
    private readonly int thresholds;

    public CocoImageMatches(List<CocoObject> objects, List<CocoDetection> detections, int limit, int thresholds, int areas)
    {
        this.objects = [.. objects];
        this.detections = [.. detections.OrderByDescending(detection => detection.Score).Take(limit)];
        this.thresholds = thresholds;
        outcomes = new MatchOutcome[areas * thresholds * this.detections.Length];
        overlaps = new double[this.detections.Length * this.objects.Length];
        for (int d = 0, i = 0; d < this.detections.Length; d++)
        {
            foreach (ref readonly var candidate in this.objects.AsSpan())
            {
                overlaps[i++] = Overlap(this.detections[d], candidate);
            }
        }
    }

    /// <summary>Detections within the largest limit.</summary>
    public int Count => detections.Length;

    public double Score(int row) => detections[row].Score;

    public MatchOutcome Outcome(int area, int threshold, int row) => outcomes[(area * thresholds + threshold) * detections.Length + row];

    /// <returns>Objects of this area range that are to be found.</returns>
    public int Match(double[] iouThresholds, (double Least, double Most) range, int area)
    {
        var ignored = new bool[objects.Length];
        var order = new int[objects.Length];
        var valid = 0;
        for (var i = 0; i < objects.Length; i++)
        {
            ignored[i] = objects[i].IsCrowd || objects[i].Area < range.Least || objects[i].Area > range.Most;
            valid += ignored[i] ? 0 : 1;
        }

        for (int i = 0, first = 0, then = valid; i < objects.Length; i++)
        {
            order[ignored[i] ? then++ : first++] = i;
        }

        var taken = new bool[objects.Length];
        for (var t = 0; t < iouThresholds.Length; t++)
        {
            Array.Clear(taken);
            for (var d = 0; d < detections.Length; d++)
            {
                var match = Best(d, Math.Min(iouThresholds[t], 1 - 1e-10), order, ignored, taken);
                var outside = detections[d].Width * detections[d].Height is var size && (size < range.Least || size > range.Most);
                outcomes[(area * thresholds + t) * detections.Length + d] = match >= 0
                    ? ignored[match] ? MatchOutcome.Ignored : MatchOutcome.TruePositive
                    : outside ? MatchOutcome.Ignored : MatchOutcome.FalsePositive;
                if (match >= 0)
                {
                    taken[match] = true;
                }
            }
        }

        return valid;
    }

    private int Best(int detection, double bar, int[] order, bool[] ignored, bool[] taken)
    {
        var match = -1;
        foreach (var candidate in order)
        {
            if (taken[candidate] && !objects[candidate].IsCrowd)
            {
                continue;
            }

            if (match >= 0 && !ignored[match] && ignored[candidate])
            {
                break;
            }

            var overlap = overlaps[detection * objects.Length + candidate];
            if (overlap >= bar)
            {
                (bar, match) = (overlap, candidate);
            }
        }

        return match;
    }

    /// <summary>IoU; against a crowd, the share of the detection that lies in it.</summary>
    private static double Overlap(in CocoDetection detection, in CocoObject candidate)
    {
        var width = Math.Min(detection.X + detection.Width, candidate.X + candidate.Width) - Math.Max(detection.X, candidate.X);
        var height = Math.Min(detection.Y + detection.Height, candidate.Y + candidate.Height) - Math.Max(detection.Y, candidate.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        var intersection = width * height;
        var own = detection.Width * detection.Height;
        return intersection / (candidate.IsCrowd ? own : own + candidate.Width * candidate.Height - intersection);
    }
}
