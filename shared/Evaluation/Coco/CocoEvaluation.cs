namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>Matches and accumulates, on all processors: each class by itself, or, if there is but one, each range of areas.</summary>
internal static class CocoEvaluation
{
    /// <returns>The curves of each class; the first range of areas is all areas.</returns>
    public static CocoClassCurves[] Run(CocoProblem problem, CocoMetric metric)
    {
        var curves = new CocoClassCurves[problem.Classes];
        Parallel.For(0, problem.Classes, label => curves[label] = Evaluate(problem, label, metric));
        return curves;
    }

    private static CocoClassCurves Evaluate(CocoProblem problem, int label, CocoMetric metric)
    {
        CocoAreaRange[] ranges = [CocoAreaRange.All, .. metric.AreaRanges];
        var curves = new CocoClassCurves(ranges.Length, metric.MaxDetections.Count, metric.IouThresholds.Count);
        var objects = problem.ObjectsOf(label).Length;
        if (objects == 0)
        {
            return curves;
        }

        var ranking = CocoRanking.Of(problem.Found, problem.DetectionsOf(label), metric.MaxDetections[^1]);
        var candidates = CocoCandidates.Of(problem, label, ranking, CocoOutcomes.LowestBar(metric.IouThresholds));
        var workers = new ParallelOptions { MaxDegreeOfParallelism = problem.Classes == 1 ? -1 : 1 };
        Parallel.For(0, ranges.Length, workers, area =>
        {
            var outcomes = new CocoOutcomes(metric.IouThresholds, detections: ranking.Rows.Length, objects: objects);
            var count = outcomes.Match(problem, label, ranking, candidates, ranges[area]);
            curves.Add(area, count, outcomes, ranking.Places, metric.MaxDetections);
        });
        return curves;
    }
}
