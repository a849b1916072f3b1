using System.CommandLine;
using System.Text.Json;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Commands;

/// <summary><c>score</c>: measures detections that are in files.</summary>
/// <param name="log">The console's log.</param>
internal sealed class ScoreCommand(ILogger<ScoreCommand> log) : IProgramCommand
{
    private const string Description = """
        Measures detections that are in files: COCO's results (JSON) or a folder of KITTI's.

        Examples:
          pipeline-serve score --ground-truth instances_val2017.json --detections results.json
          pipeline-serve score --metrics kitti coco --ground-truth training/label_2 --detections results/data --split val.txt
        """;

    private static readonly JsonSerializerOptions Json = new(JsonFormat.Options) { WriteIndented = true };

    /// <inheritdoc />
    public Command Create()
    {
        var metrics = new MetricOption();
        var files = new ResultFileOptions();
        var output = new Option<string?>("--output") { HelpName = "FILE", Description = "A file for what --json prints." };
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the reports of the metrics as JSON, and nothing else." };
        var command = new Command("score", Description);
        metrics.AddTo(command);
        files.AddTo(command);
        command.Add(output);
        command.Add(force);
        command.Add(json);
        command.SetAction((parsed, cancellation) =>
        {
            var measured = metrics.Read(parsed);
            var scored = files.Read(parsed);
            var target = parsed.GetValue(output);
            var replace = parsed.GetValue(force);
            var isJson = parsed.GetValue(json);
            if (target is not null)
            {
                OutputFiles.Require([target], ResultFileOptions.Inputs(scored), replace);
            }

            var problem = scored.Read(log.Warn, new ResultProgressLines(log, isQuiet: isJson), cancellation).Problem;
            var reports = Measure(measured, problem, cancellation);
            Write(reports, target, replace, isJson);
            return Task.FromResult(0);
        });
        return command;
    }

    private static List<MetricReport> Measure(
        IReadOnlyList<IDetectionMetric> metrics, EvaluationProblem problem, CancellationToken cancellation)
    {
        var reports = new List<MetricReport>();
        foreach (var metric in metrics)
        {
            cancellation.ThrowIfCancellationRequested();
            reports.Add(metric.Evaluate(problem));
        }

        return reports;
    }

    private void Write(List<MetricReport> reports, string? target, bool replace, bool asJson)
    {
        var text = JsonSerializer.Serialize(reports, Json);
        if (target is not null)
        {
            AtomicFile.WriteText(target, text + "\n", replace);
            log.Detail($"{target}: written");
        }

        if (asJson)
        {
            Console.WriteLine(text);
            return;
        }

        foreach (var report in reports)
        {
            MetricTables.Print(report);
        }
    }
}
