using System.Text.Json;
using Pipeline.Shared.Files;
using Pipeline.Shared.Reports.Comparisons;

namespace Pipeline.Shared.Reports;

/// <summary>
/// Writes a comparison for people and for programs: <c>comparison.html</c>, one page without anything outside it,
/// <c>comparison.md</c> and <c>comparison.json</c>.
/// </summary>
public static class ComparisonReportWriter
{
    /// <summary>The files that are written.</summary>
    public static IReadOnlyList<string> Files { get; } = ["comparison.html", "comparison.md", "comparison.json"];

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="folder">Where; files of these names are replaced.</param>
    /// <param name="report">The comparison.</param>
    /// <param name="detections">What was compared.</param>
    /// <param name="cancellation">Ends the work between two pictures.</param>
    public static void Write(string folder, ComparisonReport report, ComparedDetections detections, CancellationToken cancellation)
    {
        AtomicFile.WriteText(Path.Combine(folder, "comparison.html"), ComparisonPage.Of(report, detections, cancellation));
        AtomicFile.WriteText(Path.Combine(folder, "comparison.md"), ComparisonMarkdown.Of(report));
        AtomicFile.WriteText(Path.Combine(folder, "comparison.json"), Json(report));
    }

    /// <summary>The comparison as <c>comparison.json</c> has it.</summary>
    public static string Json(ComparisonReport report) => JsonSerializer.Serialize(report, Web) + "\n";
}
