using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate</c>: mAP of an exported model over frames in KITTI's layout.</summary>
internal static class EvaluateCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public static Command Create()
    {
        var model = new Option<string>("--model") { Required = true, Description = "A model's version: <repository>/<name>/<version>." };
        var data = new Option<string>("--data") { Required = true, Description = "Frames in KITTI's layout." };
        var split = new Option<string?>("--split") { Description = "A list of frames, one a line; all frames when left out." };
        var batch = new Option<int>("--batch") { DefaultValueFactory = _ => 4, Description = "Images in one execution, 1 to 64." };
        var output = new Option<string?>("--output") { Description = "Folder for report.json." };
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, and nothing else." };
        batch.Validators.Add(result =>
        {
            if (result.GetValue(batch) is < 1 or > 64)
            {
                result.AddError("--batch must lie between 1 and 64.");
            }
        });
        var command = new Command("evaluate", "Measures COCO's mAP of a model with ONNX Runtime.\n\nExample:\n  pipeline-serve evaluate --model models/street/1 --data kitti --split test.txt --output report")
        {
            model, data, split, batch, output, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var report = Run(result.GetValue(model)!, result.GetValue(data)!, result.GetValue(split), result.GetValue(batch), cancellation);
            var text = JsonSerializer.Serialize(report, Json);
            if (result.GetValue(output) is { } folder)
            {
                AtomicFile.WriteText(Path.Combine(folder, "report.json"), text + "\n");
            }

            if (result.GetValue(json))
            {
                Console.WriteLine(text);
            }
            else
            {
                Print(report);
            }

            return Task.FromResult(0);
        });
        return command;
    }

    internal static EvaluationReport Run(string modelDirectory, string data, string? split, int batchSize, CancellationToken cancellation)
    {
        var dataset = KittiDataset.Open(data);
        var frames = split is null ? dataset.FrameIds : KittiSplit.ReadList(split);
        using var model = DetectorModel.Load(modelDirectory);
        var start = Stopwatch.GetTimestamp();
        var evaluated = new EvaluatedFrame[frames.Count];
        var waiting = new Dictionary<(int Width, int Height), List<(int Index, RgbImage Image)>>();
        for (var i = 0; i < frames.Count; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = ImageDecoder.DecodeFile(dataset.ImagePath(frames[i]));
            var size = (image.WidthPixels, image.HeightPixels);
            var batch = waiting.TryGetValue(size, out var list) ? list : waiting[size] = [];
            batch.Add((i, image));
            if (batch.Count == batchSize)
            {
                Detect(batch);
            }
        }

        foreach (var batch in waiting.Values.Where(batch => batch.Count > 0))
        {
            Detect(batch);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var result = DetectionEvaluation.Evaluate(model.Manifest.Labels, evaluated);
        return new EvaluationReport(result.Map, result.Map50, result.Map75, result.PerClass, frames.Count, seconds, frames.Count / seconds);

        void Detect(List<(int Index, RgbImage Image)> batch)
        {
            var found = model.Detect([.. batch.Select(entry => entry.Image)]);
            foreach (var ((index, image), detections) in batch.Zip(found))
            {
                evaluated[index] = new EvaluatedFrame(frames[index], dataset.ReadLabels(frames[index]), detections);
                image.Dispose();
            }

            batch.Clear();
        }
    }

    private static void Print(EvaluationReport report)
    {
        var table = new Table().AddColumns("class", "objects", "AP", "AP50");
        foreach (var (name, value) in report.PerClass)
        {
            table.AddRow(name, $"{value?.Objects ?? 0}", value is null ? "-" : $"{value.Ap:F4}", value is null ? "-" : $"{value.Ap50:F4}");
        }

        AnsiConsole.Write(table.AddRow("all", "", $"{report.Map:F4}", $"{report.Map50:F4}"));
        Console.WriteLine($"{report.Images} images in {report.Seconds:F1} s ({report.ImagesPerSecond:F1} images/s)");
    }
}

/// <summary>Result of an evaluation; averages are 0..1.</summary>
internal sealed record EvaluationReport(
    double Map, double Map50, double Map75, IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass, int Images, double Seconds, double ImagesPerSecond);
