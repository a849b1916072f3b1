using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>Measures the detections of a run.</summary>
internal static class EvaluationReports
{
    /// <param name="run">The run.</param>
    /// <param name="problem">Its labels and detections.</param>
    /// <param name="metrics">What is measured; the averages at the top of the report are COCO's with or without it.</param>
    public static EvaluationReport Of(CompletedEvaluation run, EvaluationProblem problem, IReadOnlyList<IDetectionMetric> metrics)
    {
        MetricReport[] measured = [.. metrics.Select(metric => metric.Evaluate(problem))];
        var official = new CocoMetric();
        var coco = Array.Find(measured, report => report.Metric == official.Name) ?? official.Evaluate(problem);
        var seconds = run.Seconds;
        return new EvaluationReport(
            Map: coco.Numbers.GetValueOrDefault("AP"),
            Map50: coco.Numbers.GetValueOrDefault("AP50"),
            Map75: coco.Numbers.GetValueOrDefault("AP75"),
            PerClass: coco.Classes.ToDictionary(entry => entry.Class, OfClass),
            Images: run.Images.Count,
            Seconds: seconds,
            ImagesPerSecond: seconds > 0 ? run.Images.Count / seconds : 0)
        {
            Precision = run.Facts.Precision,
            Leak = run.Facts.Leak,
            Model = run.Facts.Model,
            Data = run.Facts.Data,
            Metrics = measured,
            Analysis = metrics.Count > 0 ? DetectionAnalysis.Of(problem) : null,
            Latency = LatencySummary.Of(run.Batches),
        };
    }

    private static ClassAveragePrecision? OfClass(ClassNumbers entry) =>
        entry.Numbers.GetValueOrDefault("AP") is { } ap && entry.Numbers.GetValueOrDefault("AP50") is { } ap50
            ? new ClassAveragePrecision(ap, ap50, entry.Objects)
            : null;
}
