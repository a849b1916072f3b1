using System.Globalization;
using System.Text;
using System.Text.Json;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using Pipeline.Shared.Reports;
using Pipeline.Shared.Reports.Pages;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Experiments;

/// <summary>
/// Writes <c>report.json</c>, <c>report.md</c> and a self-contained <c>report.html</c> with curves and annotated pictures.
/// </summary>
internal static class DemoReportWriter
{
    /// <summary>Detections with a lower score are not drawn.</summary>
    public const double PictureThreshold = 0.5;

    private const int Pictures = 6;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(
        DemoOptions options,
        DemoReport report,
        DemoMeasurements measurements,
        string better,
        string exportedModel,
        CancellationToken cancellation)
    {
        var pictures = Drawn(options, exportedModel, cancellation);
        AtomicFile.WriteText(
            Path.Combine(options.Output, "report.md"),
            Markdown(options, report, measurements, better, [.. pictures.Select(picture => picture.Caption)]));
        AtomicFile.WriteText(
            Path.Combine(options.Output, "report.html"), DemoPage.Of(options, report, measurements, better, pictures));
        AtomicFile.WriteText(Path.Combine(options.Output, "report.json"), JsonSerializer.Serialize(report, Json) + "\n");
    }

    /// <summary>The first held-out scenes with truth and detections, also as files.</summary>
    private static List<PagePicture> Drawn(DemoOptions options, string exportedModel, CancellationToken cancellation)
    {
        var scenes = Path.Combine(options.Output, "scenes");
        var dataset = Dataset.Open(scenes);
        string[] shown = [.. ImageList.Read(Path.Combine(scenes, "test.txt"), dataset).Take(Pictures)];
        var survey = DatasetSurvey.Of(dataset, shown, new ImageLimits(), cancellation);
        string[] files = [.. survey.Images.Select(entry => entry.Image.Path)];
        var detections = ServingProgram.Beside.Detect(exportedModel, files, StreetSceneOptions.Classes, PictureThreshold, cancellation);
        var pictures = new List<PagePicture>();
        foreach (var (entry, found) in survey.Images.Zip(detections))
        {
            using var image = ImageDecoder.DecodeFile(entry.Image.Path);
            using var painted = DetectionPainter.Paint(
                image, found, StreetSceneOptions.Classes, entry.Annotations.Select(truth => truth.Box));
            var content = ImageEncoder.Png(painted);
            AtomicFile.Write(Path.Combine(options.Output, "pictures", $"{entry.Image.Id}.png"), content);
            pictures.Add(new PagePicture(
                Caption: entry.Image.Id,
                Alternative: $"scene {entry.Image.Id} with detections",
                MediaType: "image/png",
                Content: content,
                WidthPixels: painted.WidthPixels,
                HeightPixels: painted.HeightPixels));
        }

        return pictures;
    }

    private static string Markdown(
        DemoOptions options, DemoReport report, DemoMeasurements measurements, string better, IReadOnlyList<string> shown)
    {
        var text = new StringBuilder($"# {DemoText.Title}\n\n{DemoText.Summary(options, report)}\n\n");
        text.Append(MarkdownText.Table(DemoText.Columns, report.Runs.Select(DemoText.Row)))
            .Append('\n')
            .Append(DemoText.Verdict(report, measurements.Comparison))
            .Append("\n\n")
            .Append(string.Concat(measurements.Pages.Select(page => $"- [{page.Key}]({page.Value})\n")))
            .Append('\n')
            .Append(DemoText.Features(report))
            .Append("\n\nThe better model (")
            .Append(better)
            .Append(") is in `")
            .Append(report.Model)
            .Append("`. The curves are in `report.html`.\n\n");
        foreach (var scene in shown)
        {
            text.Append(CultureInfo.InvariantCulture, $"![detections in scene {scene}](pictures/{scene}.png)\n");
        }

        return text.ToString();
    }
}
