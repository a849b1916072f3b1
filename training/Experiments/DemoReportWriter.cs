using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Experiments;

/// <summary>
/// Writes <c>report.json</c>, <c>report.md</c> and a self-contained <c>report.html</c> with curves and annotated pictures.
/// </summary>
internal static class DemoReportWriter
{
    private const string TemplateResource = "Pipeline.Training.Experiments.report.template.html";
    private const int Pictures = 6;
    private const double PictureThreshold = 0.5;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(DemoOptions options, DemoReport report, string better, string exportedModel, CancellationToken cancellation)
    {
        var scenes = Path.Combine(options.Output, "scenes");
        var dataset = Dataset.Open(scenes);
        string[] shown = [.. ImageList.Read(Path.Combine(scenes, "test.txt"), dataset).Take(Pictures)];
        var survey = DatasetSurvey.Of(dataset, shown, new ImageLimits(), cancellation);
        string[] files = [.. survey.Images.Select(entry => entry.Image.Path)];
        var detections = ServingProgram.Beside.Detect(exportedModel, files, StreetSceneOptions.Classes, PictureThreshold, cancellation);
        var pictures = new List<byte[]>();
        foreach (var (entry, found) in survey.Images.Zip(detections))
        {
            using var image = ImageDecoder.DecodeFile(entry.Image.Path);
            using var painted = DetectionPainter.Paint(
                image, found, StreetSceneOptions.Classes, entry.Annotations.Select(truth => truth.Box));
            pictures.Add(ImageEncoder.Png(painted));
            AtomicFile.Write(Path.Combine(options.Output, "pictures", $"{entry.Image.Id}.png"), pictures[^1]);
        }

        AtomicFile.WriteText(Path.Combine(options.Output, "report.md"), Markdown(options, report, better, shown));
        AtomicFile.WriteText(Path.Combine(options.Output, "report.html"), Html(options, report, better, pictures));
        AtomicFile.WriteText(Path.Combine(options.Output, "report.json"), JsonSerializer.Serialize(report, Json) + "\n");
    }

    private static string Markdown(DemoOptions options, DemoReport report, string better, string[] shown)
    {
        var text = new StringBuilder("# From unlabelled images to a served detector\n\n");
        text.Append(Summary(options, report)).Append("\n\n");
        text.Append("| run | mAP | mAP50 | ")
            .AppendJoin(" | ", StreetSceneOptions.Classes.Select(name => name + " AP50"))
            .Append(" |\n|---|---|---|")
            .Append(string.Concat(Enumerable.Repeat("---|", StreetSceneOptions.Classes.Count)))
            .Append('\n');
        foreach (var run in report.Runs)
        {
            text.Append("| ").AppendJoin(" | ", Cells(run)).Append(" |\n");
        }

        text.Append('\n')
            .Append(Verdict(report))
            .Append("\n\n")
            .Append(Features(report))
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

    private static string Html(DemoOptions options, DemoReport report, string better, List<byte[]> pictures)
    {
        var runs = report.Runs.Select(run => (run.Name, Path.Combine(options.Output, run.Name))).ToArray();
        string[] titles = ["run", "mAP", "mAP50", .. StreetSceneOptions.Classes.Select(name => name + " AP50")];
        var rows = Row("th", titles) + string.Concat(report.Runs.Select(run => Row("td", Cells(run))));
        var charts = DemoCharts.ContrastiveLoss(Path.Combine(options.Output, "pretrain"))
            + DemoCharts.DetectorLoss(runs)
            + DemoCharts.MeanAveragePrecision(runs);
        return new StringBuilder(Template())
            .Replace("{{summary}}", WebUtility.HtmlEncode(Summary(options, report)))
            .Replace("{{rows}}", rows)
            .Replace("{{verdict}}", WebUtility.HtmlEncode(Verdict(report)))
            .Replace("{{features}}", WebUtility.HtmlEncode(Features(report)))
            .Replace("{{charts}}", charts)
            .Replace("{{better}}", WebUtility.HtmlEncode(better))
            .Replace("{{threshold}}", PictureThreshold.ToString("F1", CultureInfo.InvariantCulture))
            .Replace("{{pictures}}", string.Concat(pictures.Select(Figure)))
            .ToString();
    }

    /// <summary>The page, with names in double braces where something is filled in.</summary>
    private static string Template()
    {
        using var stream = typeof(DemoReportWriter).Assembly.GetManifestResourceStream(TemplateResource)!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static string Row(string tag, IEnumerable<string> cells) =>
        "<tr>" + string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>")) + "</tr>\n";

    private static string Figure(byte[] picture) =>
        $"<figure><img alt=\"scene with detections\" src=\"data:image/png;base64,{Convert.ToBase64String(picture)}\"></figure>\n";

    private static string Summary(DemoOptions options, DemoReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.UnlabeledScenes} synthetic street scenes without labels for contrastive retraining, {options.TrainScenes} with "
        + $"labels for fine-tuning, {options.TestScenes} held out for measuring; seed {options.Seed}; {report.Seconds:F0} seconds "
        + $"in all. Both models were exported to ONNX and measured by pipeline-serve with ONNX Runtime.");

    private static string Verdict(DemoReport report)
    {
        var scratch = report.Runs[0].Map50;
        var retrained = report.Runs[1].Map50;
        if (retrained is null || scratch is null)
        {
            return "The held-out scenes have no object: nothing was measured.";
        }

        var outcome = Math.Sign(retrained.Value - scratch.Value) switch
        {
            1 => "was better",
            -1 => "was worse",
            _ => "was neither better nor worse",
        };
        return string.Create(
            CultureInfo.InvariantCulture,
            $"With contrastive retraining the detector {outcome}: mAP50 {retrained:F3} against {scratch:F3} from random weights. "
            + $"This is one seed of a small experiment; differences of some hundredths are within what another seed would change.");
    }

    private static string Features(DemoReport report)
    {
        var random = report.Features.Random;
        var learned = report.Features.Weights;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"What the backbone had learned before it saw a label: of {report.Features.AskedCrops} held-out objects its 20 nearest "
            + $"neighbours classify {learned.NearestNeighbors:P1} and a linear probe {learned.Linear:P1}; with random weights these "
            + $"are {random.NearestNeighbors:P1} and {random.Linear:P1}.");
    }

    private static string[] Cells(DemoResult run) =>
        [
            run.Name,
            Number(run.Map),
            Number(run.Map50),
            .. StreetSceneOptions.Classes.Select(name => Number(run.PerClass.GetValueOrDefault(name))),
        ];

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";
}
