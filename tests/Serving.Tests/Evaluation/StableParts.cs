using System.Text.RegularExpressions;
using Pipeline.Serving.Evaluation;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Tests.Evaluation;

/// <summary>What two runs of the same evaluation must have in common to the last byte: everything but times.</summary>
internal static partial class StableParts
{
    public static string Images(string folder) => File.ReadAllText(Path.Combine(folder, EvaluationFolder.ImagesFile));

    public static string Run(string folder) => File.ReadAllText(Path.Combine(folder, RunFile.Name));

    public static string Detections(string folder) =>
        Times().Replace(File.ReadAllText(Path.Combine(folder, EvaluationFolder.DetectionsFile)), "\"times\":{}}");

    /// <summary>The report as JSON.</summary>
    public static string Report(CompletedEvaluation run)
    {
        var problem = run.Problem();
        var report = EvaluationReports.Of(run, problem, Shared.Evaluation.DetectionMetrics.Of(["all"], []));
        return EvaluationReportWriter.Json(report with { Seconds = 0, ImagesPerSecond = 0, Latency = [] });
    }

    [GeneratedRegex("\"times\":\\{[^}]*\\}\\}")]
    private static partial Regex Times();
}
