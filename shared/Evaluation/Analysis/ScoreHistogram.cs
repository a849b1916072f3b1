namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Right and wrong detections of all scores; a score outside 0..1 is counted in the bin at that end.</summary>
internal static class ScoreHistogram
{
    private const int Bins = 20;

    public static IReadOnlyList<ScoreBin> Of(AnalyzedProblem problem, ObjectMatches matches)
    {
        var right = new int[Bins];
        var wrong = new int[Bins];
        for (var detection = 0; detection < problem.Detections.Count; detection++)
        {
            var bin = (int)Math.Clamp(problem.Detections[detection].Score * Bins, 0, Bins - 1);
            right[bin] += matches.IsRight(detection) ? 1 : 0;
            wrong[bin] += matches.IsWrong(detection) ? 1 : 0;
        }

        return
        [
            .. Enumerable.Range(0, Bins).Select(bin => new ScoreBin(
                From: (double)bin / Bins,
                To: (bin + 1.0) / Bins,
                Right: right[bin],
                Wrong: wrong[bin])),
        ];
    }
}
