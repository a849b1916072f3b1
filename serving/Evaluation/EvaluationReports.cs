using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>Makes the report of an evaluation.</summary>
internal static class EvaluationReports
{
    /// <param name="run">Labels and detections.</param>
    /// <param name="metrics">What is measured; the averages at the top of the report are COCO's with or without them.</param>
    public static EvaluationReport Of(CompletedEvaluation run, IReadOnlyList<IDetectionMetric> metrics)
    {
        var problem = run.Problem();
        var coco = DetectionEvaluation.Evaluate(problem.Labels, run.Evaluated());
        var seconds = run.Seconds;
        return new EvaluationReport(
            Map: coco.Map,
            Map50: coco.Map50,
            Map75: coco.Map75,
            PerClass: coco.PerClass,
            Images: run.Images.Count,
            Seconds: seconds,
            ImagesPerSecond: seconds > 0 ? run.Images.Count / seconds : 0)
        {
            Precision = run.Facts.Precision,
            Leak = run.Facts.Leak,
            Model = run.Facts.Model,
            Data = run.Facts.Data,
            Metrics = [.. metrics.Select(metric => metric.Evaluate(problem))],
            Latency = LatencySummary.Of(run.Batches),
        };
    }
}
