namespace Pipeline.Serving.Evaluation;

/// <summary>Names of the reports in a run's folder.</summary>
internal static class EvaluationReportFiles
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> Names { get; } = ["report.html", "report.md", "report.json", "results.json"];
}
