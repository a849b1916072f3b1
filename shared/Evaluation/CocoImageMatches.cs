namespace Pipeline.Shared.Evaluation;

/// <summary>What a detection turned out to be.</summary>
internal enum MatchOutcome : byte
{
    /// <summary>Counts neither for nor against the detector.</summary>
    Ignored,

    /// <summary>Found an object.</summary>
    TruePositive,

    /// <summary>Found no object.</summary>
    FalsePositive,
}

/// <summary>
/// Objects and detections of one image and category, matched greedily by descending score at every threshold and area range.
/// </summary>
internal sealed class CocoImageMatches
{
    private readonly CocoObject[] objects;
    private readonly CocoDetection[] detections;
    private readonly double[] overlaps;
    private readonly MatchOutcome[] outcomes;
    private readonly int thresholds;

    /// <param name="objects">Objects of the image and category.</param>
    /// <param name="detections">Detections of the image and category, in any order.</param>
    /// <param name="limit">Only so many of the best detections take part.</param>
    /// <param name="thresholds">Number of IoU thresholds.</param>
    /// <param name="areas">Number of area ranges.</param>
    public CocoImageMatches(List<CocoObject> objects, List<CocoDetection> detections, int limit, int thresholds, int areas)
    {
        this.objects = [.. objects];
        this.detections = [.. detections.OrderByDescending(detection => detection.Score).Take(limit)];
        this.thresholds = thresholds;
        outcomes = new MatchOutcome[areas * thresholds * this.detections.Length];
        overlaps = new double[this.detections.Length * this.objects.Length];
        for (var i = 0; i < overlaps.Length; i++)
        {
            overlaps[i] = Overlap(this.detections[i / this.objects.Length], this.objects[i % this.objects.Length]);
        }
    }

    /// <summary>Detections within the largest limit.</summary>
    public int Count => detections.Length;

    /// <summary>Score of a detection; rows are in descending order of it.</summary>
    public double Score(int row) => detections[row].Score;

    /// <summary>Outcome of the last <see cref="Match"/> for this area range.</summary>
    public MatchOutcome Outcome(int area, int threshold, int row) => outcomes[Offset(area, threshold, row)];

    /// <summary>Matches at every threshold, and keeps the outcomes.</summary>
    /// <returns>Number of objects in this area range that should be found.</returns>
    public int Match(double[] iouThresholds, (double Least, double Most) range, int area)
    {
        bool[] ignored = [.. objects.Select(entry => entry.IsCrowd || entry.Area < range.Least || entry.Area > range.Most)];

        // Objects that count come first, in their order; a stable sort keeps it.
        int[] order = [.. Enumerable.Range(0, objects.Length).OrderBy(index => ignored[index])];
        var taken = new bool[objects.Length];
        for (var t = 0; t < iouThresholds.Length; t++)
        {
            Array.Clear(taken);
            for (var d = 0; d < detections.Length; d++)
            {
                var match = Best(d, Math.Min(iouThresholds[t], 1 - 1e-10), order, ignored, taken);
                outcomes[Offset(area, t, d)] = match >= 0 ? OutcomeOfMatch(ignored[match]) : OutcomeWithoutMatch(detections[d], range);
                if (match >= 0)
                {
                    taken[match] = true;
                }
            }
        }

        return ignored.Count(isIgnored => !isIgnored);
    }

    private static MatchOutcome OutcomeOfMatch(bool isIgnored) => isIgnored ? MatchOutcome.Ignored : MatchOutcome.TruePositive;

    private static MatchOutcome OutcomeWithoutMatch(in CocoDetection detection, (double Least, double Most) range)
    {
        var size = detection.Width * detection.Height;
        return size < range.Least || size > range.Most ? MatchOutcome.Ignored : MatchOutcome.FalsePositive;
    }

    private int Offset(int area, int threshold, int row) => (area * thresholds + threshold) * detections.Length + row;

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
                bar = overlap;
                match = candidate;
            }
        }

        return match;
    }

    /// <summary>IoU; against a crowd, the fraction of the detection inside it.</summary>
    private static double Overlap(in CocoDetection detection, in CocoObject candidate)
    {
        var width = Math.Min(detection.X + detection.Width, candidate.X + candidate.Width) - Math.Max(detection.X, candidate.X);
        var height = Math.Min(detection.Y + detection.Height, candidate.Y + candidate.Height) - Math.Max(detection.Y, candidate.Y);
        if (width <= 0 || height <= 0)
        {
            return 0;
        }

        var intersection = width * height;
        var detectionArea = detection.Width * detection.Height;
        var union = detectionArea + candidate.Width * candidate.Height - intersection;
        return intersection / (candidate.IsCrowd ? detectionArea : union);
    }
}
