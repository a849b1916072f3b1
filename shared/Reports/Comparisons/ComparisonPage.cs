using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Evaluations;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Comparisons;

/// <summary>A comparison as a page.</summary>
internal static class ComparisonPage
{
    /// <summary>Images of a page; each is drawn three times.</summary>
    private const int MostImages = 24;

    public static string Of(ComparisonReport report, ComparedDetections detections, CancellationToken cancellation)
    {
        var page = new ReportPage(ComparisonText.Title, ComparisonText.Lead(report));
        AddSummary(page.Section("Summary"), report);
        var perSide = Math.Max(1, MostImages / 2 / Math.Max(1, report.Comparisons.Count));
        foreach (var (index, comparison) in report.Comparisons.Index())
        {
            var section = page.Section($"{comparison.Run}");
            section.Table(DifferenceTable.Of(comparison.Result));
            var painter = new ChangePainter(
                comparison.Result.Options.Errors, detections.Baseline, detections.Others[index], detections.ImagePaths);
            AddChanges(section, "What got better", [.. comparison.Result.Better.Take(perSide)], painter, cancellation);
            AddChanges(section, "What got worse", [.. comparison.Result.Worse.Take(perSide)], painter, cancellation);
        }

        var facts = page.Section("What was compared");
        AddFacts(facts, report.Baseline, "Baseline");
        foreach (var comparison in report.Comparisons)
        {
            AddFacts(facts, comparison.Run, "Compared");
        }

        return page.Finish();
    }

    private static void AddSummary(PageSection section, ComparisonReport report)
    {
        foreach (var comparison in report.Comparisons)
        {
            section.Note($"{comparison.Run}: {ComparisonText.Verdict(comparison)}");
        }

        if (report.Comparisons.Count > 0)
        {
            section.Paragraph(ComparisonText.Method(report.Comparisons[0].Result.Options));
        }
    }

    private static void AddChanges(
        PageSection section, string title, ImageChange[] changes, ChangePainter painter, CancellationToken cancellation)
    {
        section.Subheading(title);
        if (changes.Length == 0)
        {
            section.Paragraph("No image.");
            return;
        }

        section.Legend(OutcomeKeys.All);
        foreach (var change in changes)
        {
            cancellation.ThrowIfCancellationRequested();
            section.PictureRow($"{change.ImageId}: {ComparisonText.Change(change)}", painter.Paint(change));
        }
    }

    private static void AddFacts(PageSection section, ComparedRun run, string role) => section
        .Subheading($"{role}: {run.Model.Name}/{run.Model.Version}")
        .Facts(new Dictionary<string, string>
        {
            ["Folder"] = run.Folder,
            ["Precision"] = run.Precision,
            ["Model's SHA-256"] = run.Model.Sha256,
            ["Manifest's SHA-256"] = run.Model.ManifestSha256,
            ["Data"] = run.Data.Path,
            ["List of images"] = run.Data.Split ?? "all images",
            ["Labels' SHA-256"] = run.Data.LabelsSha256,
        });
}
