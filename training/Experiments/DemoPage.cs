using System.Globalization;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Training.Experiments;

/// <summary>The demo's report as a page.</summary>
internal static class DemoPage
{
    public static string Of(
        DemoOptions options, DemoReport report, DemoMeasurements measurements, string better, IReadOnlyList<PagePicture> pictures)
    {
        var page = new ReportPage(DemoText.Title, DemoText.Summary(options, report));
        page.Section("Result")
            .Note(DemoText.Verdict(report, measurements.Comparison))
            .Table(Table(report))
            .Paragraph("COCO's averages over the held-out scenes. All metrics, error kinds and the worst images:")
            .Links(measurements.Pages)
            .Paragraph(DemoText.Features(report));
        var runs = report.Runs.Select(run => (run.Name, Path.Combine(options.Output, run.Name))).ToArray();
        page.Section("Training").Charts(
        [
            DemoCharts.ContrastiveLoss(Path.Combine(options.Output, "pretrain")),
            DemoCharts.DetectorLoss(runs),
            DemoCharts.MeanAveragePrecision(runs),
        ]);
        var threshold = DemoReportWriter.PictureThreshold.ToString("F1", CultureInfo.InvariantCulture);
        page.Section("Held-out scenes")
            .Paragraph($"Detections of the better model ({better}) with a score of {threshold} or more; the ground truth is dashed.")
            .Pictures(pictures);
        return page.Finish();
    }

    private static PageTable Table(DemoReport report) => new(
        "Runs",
        [.. DemoText.Columns.Select((name, index) => new PageColumn(name, IsNumber: index > 0))],
        [.. report.Runs.Select(run => DemoText.Row(run).Select(cell => new PageCell(cell)).ToArray())]);
}
