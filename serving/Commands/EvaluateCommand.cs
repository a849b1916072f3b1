using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate</c>: mAP of an exported model over frames in KITTI's layout.</summary>
/// <param name="log">The console's.</param>
internal sealed class EvaluateCommand(ILogger<EvaluateCommand> log) : IProgramCommand
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <inheritdoc />
    public Command Create()
    {
        var model = new Option<string>("--model") { Required = true, Description = "A model's version: <repository>/<name>/<version>." };
        var data = new Option<string>("--data") { Required = true, Description = "Frames in KITTI's layout." };
        var split = new Option<string?>("--split") { Description = "A list of frames, one a line; all labelled frames when omitted." };
        var batch = NumberOption.Create("--batch", new NumberRange<int>(1, 64), 4, "Images in one execution.");
        var output = new Option<string?>("--output") { Description = "Folder for report.json." };
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, and nothing else." };
        var command = new Command("evaluate", "Measures COCO's mAP of a model with ONNX Runtime.\n\nExample:\n  pipeline-serve evaluate --model models/street/1 --data kitti --split test.txt --output report")
        {
            model, data, split, batch, output, force, json,
        };
        command.SetAction((result, cancellation) =>
        {
            var list = result.GetValue(split);
            var target = result.GetValue(output) is { } folder ? Path.Combine(folder, "report.json") : null;
            if (target is not null)
            {
                OutputFiles.Require([target], list is null ? [] : [list], result.GetValue(force));
            }

            var report = ModelEvaluation.Run(
                result.GetValue(model)!,
                result.GetValue(data)!,
                list,
                result.GetValue(batch),
                log.Warn,
                cancellation);
            var text = JsonSerializer.Serialize(report, Json);
            if (target is not null)
            {
                AtomicFile.WriteText(target, text + "\n", replace: result.GetValue(force));
                log.Detail($"{target}: written");
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

    private static void Print(EvaluationReport report)
    {
        var table = new Table().AddColumns("class", "objects", "AP", "AP50");
        foreach (var (name, value) in report.PerClass)
        {
            var objects = string.Create(CultureInfo.InvariantCulture, $"{value?.Objects ?? 0}");
            table.AddRow(Markup.Escape(name), objects, Share(value?.Ap), Share(value?.Ap50));
        }

        AnsiConsole.Write(table.AddRow("all", "", Share(report.Map), Share(report.Map50)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Images} images in {report.Seconds:F1} s ({report.ImagesPerSecond:F1} images/s)"));
    }

    private static string Share(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";
}
