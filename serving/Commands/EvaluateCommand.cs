using System.CommandLine;
using System.Text.Json;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate</c>: mAP of an exported model over labelled images.</summary>
/// <param name="log">The console's log.</param>
internal sealed class EvaluateCommand(ILogger<EvaluateCommand> log) : IProgramCommand, IProgress<EvaluationProgress>
{
    private const string ReportFile = "report.json";

    private const string Description = """
        Measures COCO's mAP of a model with ONNX Runtime.

        Example:
          pipeline-serve evaluate --model models/street/1 --data kitti --split test.txt --output report
        """;

    private static readonly NumberRange<int> BatchSizes = new(1, EvaluationOptions.LargestBatchSize);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <inheritdoc />
    public Command Create()
    {
        var model = new Option<string>("--model") { Required = true, Description = "Version of a model: <repository>/<name>/<version>." };
        var data = DataOption.Create();
        var format = FormatOption.Create();
        var split = new Option<string?>("--split")
        {
            Description = "A list of image ids, one per line, or the data set's own list train, val or test; all images when omitted.",
        };
        var batch = NumberOption.Create("--batch", BatchSizes, 4, "Images in one execution.");
        var output = new Option<string?>("--output") { Description = $"Folder for {ReportFile}." };
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, and nothing else." };
        var command = new Command("evaluate", Description)
        {
            model, data, format, split, batch, output, force, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = new EvaluationOptions
            {
                ModelDirectory = parsed.GetValue(model)!,
                Data = parsed.GetValue(data)!,
                Format = parsed.GetValue(format)!,
                Split = parsed.GetValue(split),
                BatchSize = parsed.GetValue(batch),
            };
            Evaluate(options, parsed.GetValue(output), parsed.GetValue(force), parsed.GetValue(json), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    /// <inheritdoc />
    public void Report(EvaluationProgress value) => log.Detail($"{value.ImagesDone} of {value.Images} images");

    private void Evaluate(EvaluationOptions options, string? folder, bool replace, bool asJson, CancellationToken cancellation)
    {
        var target = folder is null ? null : Path.Combine(folder, ReportFile);
        if (target is not null)
        {
            OutputFiles.Require([target], options.Split is null ? [] : [options.Split], replace);
        }

        var report = ModelEvaluation.Run(options, log.Warn, progress: this, cancellation);
        var text = JsonSerializer.Serialize(report, Json);
        if (target is not null)
        {
            AtomicFile.WriteText(target, text + "\n", replace);
            log.Detail($"{target}: written");
        }

        if (asJson)
        {
            Console.WriteLine(text);
        }
        else
        {
            EvaluationTable.Print(report);
        }
    }
}
