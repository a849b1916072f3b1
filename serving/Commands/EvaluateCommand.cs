using System.CommandLine;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.Numbers;

namespace Pipeline.Serving.Commands;

/// <summary><c>evaluate</c>: measures an exported model over labelled images.</summary>
/// <param name="lines">The console.</param>
/// <param name="console">Shows the progress.</param>
/// <param name="output">Shows the result.</param>
/// <param name="log">The console's log.</param>
internal sealed class EvaluateCommand(
    ConsoleLines lines, EvaluationConsole console, EvaluationOutput output, ILogger<EvaluateCommand> log) : IProgramCommand
{
    private const string Description = """
        Measures a model over labelled images with ONNX Runtime.

        With --output it keeps what is finished: run again in the same way, it goes on from there, and writes the report at the end.

        Examples:
          pipeline-serve evaluate --model models/street/1 --data kitti --split test.txt --output report
          pipeline-serve evaluate --model models/street/1 --data kitti --output parts --shard 0/2
          pipeline-serve evaluate merge parts --output report
        """;

    private static readonly NumberRange<int> BatchSizes = new(1, EvaluationOptions.LargestBatchSize);
    private static readonly NumberRange<int> Threads = new(1, 1024);

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
        var threads = NumberOption.Optional("--threads", Threads, "Threads of one execution; one per core when omitted.");
        var provider = Provider();
        var shard = ShardOption.Create();
        var folder = new Option<string?>("--output")
        {
            Description = "Folder for what is finished and for the report: report.html, report.md, report.json.",
        };
        var metrics = new MetricOption(usual: DetectionMetrics.All);
        var force = ForceOption.Create();
        var json = new Option<bool>("--json") { Description = "Print the report as JSON, and nothing else." };
        var command = new Command("evaluate", Description)
        {
            model, data, format, split, batch, threads, provider, shard, folder,
        };
        metrics.AddTo(command);
        command.Options.Add(force);
        command.Options.Add(json);
        command.Add(new MergeCommand(output, log).Create());
        command.Add(new CompareCommand(log).Create());
        command.SetAction((parsed, cancellation) =>
        {
            var options = new EvaluationOptions
            {
                ModelDirectory = parsed.GetValue(model)!,
                Data = parsed.GetValue(data)!,
                Format = parsed.GetValue(format)!,
                Split = parsed.GetValue(split),
                BatchSize = parsed.GetValue(batch),
                Execution = new ExecutionOptions
                {
                    Provider = Enum.GetValues<ExecutionProvider>().Single(value => EnumNames.Of(value) == parsed.GetValue(provider)),
                    Threads = parsed.GetValue(threads),
                },
                Shard = parsed.GetValue(shard)?.Resolve(Environment.GetEnvironmentVariable),
                Output = parsed.GetValue(folder),
                Replace = parsed.GetValue(force),
            };
            Evaluate(options, metrics.Read(parsed), parsed.GetValue(json), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static Option<string> Provider()
    {
        var option = new Option<string>("--provider")
        {
            DefaultValueFactory = _ => EnumNames.Of(ExecutionProvider.Cpu),
            Description = "Where ONNX Runtime executes the model; a GPU needs a build for it.",
        };
        return option.AcceptOnlyFromAmong([.. EnumNames.All(typeof(ExecutionProvider))]);
    }

    private void Evaluate(
        EvaluationOptions options, IReadOnlyList<IDetectionMetric> metrics, bool asJson, CancellationToken cancellation)
    {
        Check(options, asJson);
        if (Detect(options, asJson, cancellation) is not { } run)
        {
            log.Info($"{options.Folder}: shard {options.Shard} is finished; when all are: "
                + $"pipeline-serve evaluate merge {options.Output} --output DIR");
            return;
        }

        EvaluationOutput.Print(output.Write(run, metrics, options.Output, cancellation), asJson);
    }

    private static void Check(EvaluationOptions options, bool asJson)
    {
        if (options.Shard is not null && options.Output is null)
        {
            throw new UserErrorException("--shard: a part of an evaluation is kept in a folder; name one with --output.");
        }

        if (options.Shard is not null && asJson)
        {
            throw new UserErrorException("--json: a part of an evaluation has no report; leave it out, and use it with `evaluate merge`.");
        }
    }

    private CompletedEvaluation? Detect(EvaluationOptions options, bool asJson, CancellationToken cancellation)
    {
        EvaluationProgress? last = null;
        try
        {
            return console.Run(asJson, shown => ModelEvaluation.Detect(
                options,
                log.Warn,
                new Told(progress =>
                {
                    if (last is null && progress.ImagesKept > 0 && !asJson)
                    {
                        log.Info($"{options.Folder}: {progress.ImagesKept} of {progress.Images} images are kept from before; "
                            + (progress.ImagesKept < progress.Images ? "goes on after them" : "only the report is made"));
                    }

                    last = progress;
                    log.Detail($"{progress.ImagesDone} of {progress.Images} images");
                    shown.Report(progress);
                }),
                cancellation));
        }
        catch (Exception exception) when (options.Folder is not null && last is not null && exception is not FileNotWrittenException)
        {
            lines.WriteError(
                $"{options.Folder}: {last.Value.ImagesDone} of {last.Value.Images} images are kept; the same command goes on after them.");
            throw;
        }
    }

    private sealed class Told(Action<EvaluationProgress> report) : IProgress<EvaluationProgress>
    {
        public void Report(EvaluationProgress value) => report(value);
    }
}
