namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// Counts what was found for what, whatever the class. The detection with the highest score chooses first, and takes the free object with
/// the greatest IoU; of several with the same IoU one of its own class, else the first. A detection that finds none is one of the
/// background, unless it lies in a region to ignore.
/// </summary>
internal static class ConfusionCounts
{
    private const int None = -1;

    public static ConfusionMatrix Of(AnalyzedProblem problem, IReadOnlyList<string> classes, AnalysisOptions options)
    {
        var background = problem.Classes;
        int[][] counts = [.. Enumerable.Range(0, problem.Classes + 1).Select(_ => new int[problem.Classes + 1])];
        var isTaken = new bool[problem.Objects.Count];
        for (var detection = 0; detection < problem.Detections.Count; detection++)
        {
            ref readonly var found = ref problem.Detections[detection];
            if (found.Score < options.ScoreThreshold)
            {
                continue;
            }

            var match = Best(found, problem, isTaken, options.IouThreshold);
            if (match != None)
            {
                isTaken[match] = true;
                counts[problem.Objects[match].Class][found.Class]++;
            }
            else if (!problem.IsInRegion(found, options.IouThreshold))
            {
                counts[background][found.Class]++;
            }
        }

        for (var counted = 0; counted < isTaken.Length; counted++)
        {
            counts[problem.Objects[counted].Class][background] += isTaken[counted] ? 0 : 1;
        }

        return new ConfusionMatrix(classes, counts);
    }

    private static int Best(in FoundObject found, AnalyzedProblem problem, bool[] isTaken, double iouThreshold)
    {
        var best = None;
        var bestIou = 0.0;
        for (var counted = problem.Objects.Start(found.Image); counted < problem.Objects.Start(found.Image + 1); counted++)
        {
            if (isTaken[counted])
            {
                continue;
            }

            var iou = Overlap.Iou(found.Box, problem.Objects[counted].Box);
            var isBetter = iou > bestIou || (iou == bestIou && IsOwnClassInstead(found.Class, counted, best, problem));
            if (iou >= iouThreshold && isBetter)
            {
                best = counted;
                bestIou = iou;
            }
        }

        return best;
    }

    /// <summary>Whether a candidate is of the detection's class, and the best so far is not.</summary>
    private static bool IsOwnClassInstead(int label, int candidate, int best, AnalyzedProblem problem) =>
        best != None && problem.Objects[candidate].Class == label && problem.Objects[best].Class != label;
}
