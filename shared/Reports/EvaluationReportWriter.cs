using System.Text.Json;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.Reports.Evaluations;
using Pipeline.Shared.Reports.Pictures;

namespace Pipeline.Shared.Reports;

/// <summary>
/// Writes an evaluation for people and for programs: <c>report.html</c>, one page without anything outside it, <c>report.md</c> and
/// <c>report.json</c>. The same report and pictures give the same bytes.
/// </summary>
public static class EvaluationReportWriter
{
    /// <summary>The files that are written.</summary>
    public static IReadOnlyList<string> Files { get; } = ["report.html", "report.md", "report.json"];

    private static readonly JsonSerializerOptions Web = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <param name="folder">Where; files of these names are replaced.</param>
    /// <param name="report">What was measured; whatever of it is empty is left out or said in words.</param>
    /// <param name="problem">What it was measured from: the worst images are drawn with its boxes.</param>
    /// <param name="imagePaths">Image files by id; images that are not there are named without a picture.</param>
    /// <param name="cancellation">Ends the work between two pictures.</param>
    public static void Write(
        string folder,
        EvaluationReport report,
        EvaluationProblem problem,
        IReadOnlyDictionary<string, string> imagePaths,
        CancellationToken cancellation)
    {
        var pictures = WorstPictures.Of(report.Analysis, problem, imagePaths, cancellation);
        AtomicFile.WriteText(Path.Combine(folder, "report.html"), EvaluationPage.Of(report, problem, pictures));
        AtomicFile.WriteText(Path.Combine(folder, "report.md"), EvaluationMarkdown.Of(report, problem));
        AtomicFile.WriteText(Path.Combine(folder, "report.json"), Json(report));
    }

    /// <summary>The report as <c>report.json</c> has it.</summary>
    public static string Json(EvaluationReport report) => JsonSerializer.Serialize(report, Web) + "\n";
}
