using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.Synthetic;

namespace Pipeline.Training.Experiments;

/// <summary>Writes <c>report.json</c>, <c>report.md</c> and a self-contained <c>report.html</c> with curves and annotated pictures.</summary>
internal static class DemoReportWriter
{
    private const int Pictures = 6;
    private const double PictureThreshold = 0.5;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static void Write(DemoOptions options, DemoReport report, string better, string exportedModel, CancellationToken cancellation)
    {
        var scenes = Path.Combine(options.Output, "scenes");
        var dataset = KittiDataset.Open(scenes);
        string[] frames = [.. FrameList.Read(Path.Combine(scenes, "test.txt"), dataset).Take(Pictures)];
        var detections = ServingProgram.Detect(exportedModel, [.. frames.Select(dataset.ImagePath)], StreetSceneOptions.Classes, PictureThreshold, cancellation);
        var pictures = new List<byte[]>();
        foreach (var (frame, found) in frames.Zip(detections))
        {
            using var image = ImageDecoder.DecodeFile(dataset.ImagePath(frame));
            using var painted = DetectionPainter.Paint(image, found, StreetSceneOptions.Classes, dataset.ReadLabels(frame).Select(entry => entry.Box));
            pictures.Add(ImageEncoder.Png(painted));
            AtomicFile.Write(Path.Combine(options.Output, "pictures", $"{frame}.png"), pictures[^1]);
        }

        AtomicFile.WriteText(Path.Combine(options.Output, "report.md"), Markdown(options, report, better, frames));
        AtomicFile.WriteText(Path.Combine(options.Output, "report.html"), Html(options, report, better, pictures));
        AtomicFile.WriteText(Path.Combine(options.Output, "report.json"), JsonSerializer.Serialize(report, Json) + "\n");
    }

    private static string Markdown(DemoOptions options, DemoReport report, string better, string[] frames)
    {
        var text = new StringBuilder("# From unlabelled images to a served detector\n\n");
        text.Append(Summary(options, report)).Append("\n\n");
        text.Append("| run | mAP | mAP50 | ").AppendJoin(" | ", StreetSceneOptions.Classes.Select(name => name + " AP50")).Append(" |\n|---|---|---|").Append(string.Concat(Enumerable.Repeat("---|", StreetSceneOptions.Classes.Count))).Append('\n');
        foreach (var run in report.Runs)
        {
            text.Append("| ").AppendJoin(" | ", Cells(run)).Append(" |\n");
        }

        text.Append('\n').Append(Verdict(report)).Append("\n\n").Append(Features(report)).Append("\n\nThe better model (").Append(better).Append(") is in `").Append(report.Model).Append("`. The curves are in `report.html`.\n\n");
        foreach (var frame in frames)
        {
            text.Append(CultureInfo.InvariantCulture, $"![detections in scene {frame}](pictures/{frame}.png)\n");
        }

        return text.ToString();
    }

    private static string Html(DemoOptions options, DemoReport report, string better, List<byte[]> pictures)
    {
        static string Row(string tag, IEnumerable<string> cells) => "<tr>" + string.Concat(cells.Select(cell => $"<{tag}>{WebUtility.HtmlEncode(cell)}</{tag}>")) + "</tr>\n";
        var runs = report.Runs.Select(run => (run.Name, Path.Combine(options.Output, run.Name))).ToArray();
        var text = new StringBuilder();
        text.Append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Pipeline demo</title>\n<style>body{font:16px/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}table{border-collapse:collapse}td,th{border:1px solid #bbb;padding:.3rem .6rem;text-align:right}td:first-child,th:first-child{text-align:left}figure{display:inline-block;margin:.4rem}svg{margin:.4rem}img{width:28rem;max-width:100%}</style>\n");
        text.Append("<h1>From unlabelled images to a served detector</h1>\n<p>").Append(WebUtility.HtmlEncode(Summary(options, report))).Append("</p>\n<table>\n");
        text.Append(Row("th", ["run", "mAP", "mAP50", .. StreetSceneOptions.Classes.Select(name => name + " AP50")]));
        foreach (var run in report.Runs)
        {
            text.Append(Row("td", Cells(run)));
        }

        text.Append("</table>\n<p>").Append(WebUtility.HtmlEncode(Verdict(report))).Append("</p>\n<p>").Append(WebUtility.HtmlEncode(Features(report))).Append("</p>\n<h2>Training</h2>\n");
        text.Append(DemoCharts.ContrastiveLoss(Path.Combine(options.Output, "pretrain"))).Append(DemoCharts.DetectorLoss(runs)).Append(DemoCharts.MeanAveragePrecision(runs));
        text.Append(CultureInfo.InvariantCulture, $"\n<h2>Held-out scenes</h2>\n<p>Detections of the better model ({WebUtility.HtmlEncode(better)}) with a score of {PictureThreshold:F1} or more; the truth is dashed.</p>\n");
        foreach (var picture in pictures)
        {
            text.Append("<figure><img alt=\"scene with detections\" src=\"data:image/png;base64,").Append(Convert.ToBase64String(picture)).Append("\"></figure>\n");
        }

        return text.Append("</html>\n").ToString();
    }

    private static string Summary(DemoOptions options, DemoReport report) => string.Create(
        CultureInfo.InvariantCulture,
        $"{options.UnlabeledScenes} synthetic street scenes without labels for contrastive retraining, {options.TrainScenes} with labels for fine-tuning, {options.TestScenes} held out for measuring; seed {options.Seed}; {report.Seconds:F0} seconds in all. Both models were exported to ONNX and measured by pipeline-serve with ONNX Runtime.");

    private static string Verdict(DemoReport report)
    {
        var (scratch, retrained) = (report.Runs[0].Map50, report.Runs[1].Map50);
        if (retrained is null || scratch is null)
        {
            return "The held-out scenes have no object: nothing was measured.";
        }

        var outcome = retrained > scratch ? "was better" : retrained < scratch ? "was worse" : "was neither better nor worse";
        return string.Create(CultureInfo.InvariantCulture, $"With contrastive retraining the detector {outcome}: mAP50 {retrained:F3} against {scratch:F3} from random weights. This is one seed of a small experiment; differences of some hundredths are within what another seed would change.");
    }

    private static string Features(DemoReport report)
    {
        var (random, learnt) = (report.Features.Random, report.Features.Weights);
        return string.Create(CultureInfo.InvariantCulture, $"What the backbone had learnt before it saw a label: of {report.Features.AskedCrops} held-out objects its 20 nearest neighbours classify {learnt.NearestNeighbors:P1} and a linear probe {learnt.Linear:P1}; with random weights these are {random.NearestNeighbors:P1} and {random.Linear:P1}.");
    }

    private static string[] Cells(DemoResult run) =>
        [run.Name, Number(run.Map), Number(run.Map50), .. StreetSceneOptions.Classes.Select(name => Number(run.PerClass.GetValueOrDefault(name)))];

    private static string Number(double? value) => value?.ToString("F3", CultureInfo.InvariantCulture) ?? "-";
}
