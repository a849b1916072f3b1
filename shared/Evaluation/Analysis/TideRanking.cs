namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// AP of one class at one IoU: 101 recall points, the precision made non-increasing (tidecv 1.0.1, <c>APDataObject.get_ap</c>). Differs
/// from COCO's in the last digits of the recall points, and is 0, not absent, for a class that has detections but no object.
/// </summary>
/// <param name="objects">How many objects should be found.</param>
internal sealed class TideRanking(int objects)
{
    private const int RecallSteps = 100;

    /// <summary>How many detections there are up to each right one.</summary>
    private readonly List<int> ranksOfRight = [];

    private int detections;

    /// <summary>Whether there is neither an object nor a detection.</summary>
    public bool IsEmpty => objects == 0 && detections == 0;

    /// <summary>Appends the detection with the next lower score.</summary>
    public void Add(bool isRight)
    {
        detections++;
        if (isRight)
        {
            ranksOfRight.Add(detections);
        }
    }

    /// <summary>0..1.</summary>
    public double Ap()
    {
        if (objects == 0)
        {
            return 0;
        }

        // Precision rises only at right detections, so its maximum from there on is at one of them.
        var precision = new double[ranksOfRight.Count];
        for (var found = precision.Length; found > 0; found--)
        {
            var here = (double)found / ranksOfRight[found - 1];
            precision[found - 1] = found < precision.Length ? Math.Max(here, precision[found]) : here;
        }

        var sum = 0.0;
        var next = 0;
        for (var step = 0; step <= RecallSteps; step++)
        {
            while (next < precision.Length && (next + 1.0) / objects < (double)step / RecallSteps)
            {
                next++;
            }

            // Recall 0 is reached by the first detection of all, even a wrong one; the maximum from there on is the same.
            sum += next < precision.Length ? precision[next] : 0;
        }

        return sum / (RecallSteps + 1);
    }
}
