using System.CommandLine;
using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Numbers;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Engine;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Commands;

/// <summary><c>export</c>: a checkpoint as a version of a model.</summary>
/// <param name="console">Shows the progress.</param>
/// <param name="log">The console's.</param>
internal sealed partial class ExportCommand(ConsoleProgress console, ILogger<ExportCommand> log) : IProgramCommand
{
    private const string On = "on", Off = "off";

    private const string Description = """
        Writes a detector as one ONNX file with its manifest: <output>/<name>/<version>. Before that, the file runs beside the detector
        on sample images; a model that finds other things is not published.

        Examples:
          pipeline-train export --checkpoint detector.safetensors --output models --name street
          pipeline-train export --checkpoint detector.safetensors --name street --precision fp16
          pipeline-train export --checkpoint detector.safetensors --name street --precision int8 --calibration frames --data kitti
        """;

    /// <inheritdoc />
    public Command Create()
    {
        var checkpoint = new Option<string>("--checkpoint") { Required = true, Description = "A detector's .safetensors file." };
        var output = new Option<string>("--output") { DefaultValueFactory = _ => "models", Description = "The model repository." };
        var name = new Option<string>("--name")
        {
            DefaultValueFactory = _ => "detector",
            Description = "The model's name in the repository.",
        };
        var version = NumberOption.Optional("--version", new NumberRange<int>(1, int.MaxValue), "The version; the next one when omitted.");
        var defaultSide = new ImageLimits().MaxDimensionPixels;
        var side = NumberOption.Create(
            "--max-side-pixels",
            new NumberRange<int>(32, defaultSide),
            defaultSide,
            "Longest side of an image that the model takes.");
        var precision = new Option<string>("--precision")
        {
            DefaultValueFactory = _ => ModelPrecision.Fp32,
            Description = "fp32; fp16: half the size, for disks and GPUs, and no faster on a processor; int8: a quarter of the size and "
                + "the fastest on a processor, needs --calibration.",
        };
        precision.AcceptOnlyFromAmong([.. ModelPrecision.All]);
        var calibration = new Option<string?>("--calibration")
        {
            Description = $"With int8: a folder of images like those that the model will see; {CalibrationSet.Most} of them are used, "
                + "and no labels.",
        };
        var winograd = new Option<string?>("--winograd")
        {
            Description = "Compute large 3x3 convolutions as Winograd's products, which is faster on a processor: on or off; on with "
                + "fp32 when omitted.",
        };
        winograd.AcceptOnlyFromAmong(On, Off);
        var samples = new Option<string?>("--samples")
        {
            Description = $"A folder of images to compare model and detector on, {SampleImages.MostOfFolder} at most; drawn scenes when "
                + "omitted.",
        };
        var data = new Option<string?>("--data")
        {
            Description = "In place of --samples: labelled images of KITTI, COCO, VOC or YOLO, on which both are measured.",
        };
        var format = FormatOption.Create();
        var split = new Option<string?>("--split")
        {
            Description = "With --data: a list of image ids, one per line, or the data set's own list train, val or test.",
        };
        var force = new Option<bool>("--force")
        {
            Description = "Publish a model that differs from its detector; its manifest says so.",
        };
        var command = new Command("export", Description)
        {
            checkpoint, output, name, version, side, precision, calibration, winograd, samples, data, format, split, force,
        };
        command.SetAction((result, cancellation) =>
        {
            var options = new ExportOptions
            {
                RepositoryRoot = result.GetValue(output)!,
                Name = result.GetValue(name)!,
                Version = result.GetValue(version),
                MaxSidePixels = result.GetValue(side),
                Precision = result.GetValue(precision)!,
                Winograd = result.GetValue(winograd) is { } switched ? switched == On : null,
                CalibrationImages = CalibrationImages(result.GetValue(precision)!, result.GetValue(calibration)),
                Labels = [],
                CheckpointPath = result.GetValue(checkpoint)!,
            };
            options.RequireConsistent();
            ModelDirectory.RequirePublishable(options.RepositoryRoot, options.Name, options.Version);
            var limits = new ImageLimits { MaxDimensionPixels = options.MaxSidePixels };
            var named = Samples(
                result.GetValue(samples), result.GetValue(data), result.GetValue(format)!, result.GetValue(split), limits, cancellation);
            ServingProgram.Beside.Require();
            Export(options, named, result.GetValue(force), cancellation);
            return Task.FromResult(0);
        });
        return command;
    }

    private static IReadOnlyList<string> CalibrationImages(string precision, string? folder)
    {
        if (precision == ModelPrecision.Int8 && folder is null)
        {
            throw new UserErrorException(
                "--precision int8 needs --calibration: a folder of some hundred images like those that the model will see.");
        }

        if (precision != ModelPrecision.Int8 && folder is not null)
        {
            throw new UserErrorException($"--calibration: only int8 is calibrated, and --precision is {precision}; omit one of the two.");
        }

        if (folder is null)
        {
            return [];
        }

        var chosen = CalibrationSet.Choose(folder);
        foreach (var image in chosen)
        {
            ImageDecoder.CheckSize(image, new ImageLimits());
        }

        return chosen;
    }

    /// <summary>The images that the user names; null: none.</summary>
    private static SampleImages? Samples(
        string? folder, string? data, string format, string? split, ImageLimits limits, CancellationToken cancellation)
    {
        if (folder is not null && data is not null)
        {
            throw new UserErrorException("--samples and --data: name images without labels, or labelled ones; one of the two.");
        }

        if (split is not null && data is null)
        {
            throw new UserErrorException("--split names images of --data; give both, or neither.");
        }

        if (data is not null)
        {
            return SampleImages.OfData(data, format, split, limits, cancellation);
        }

        return folder is null ? null : SampleImages.OfFolder(folder, limits);
    }

    private void Export(ExportOptions options, SampleImages? named, bool isForced, CancellationToken cancellation)
    {
        foreach (var remark in named?.Remarks ?? [])
        {
            log.Warn(remark);
        }

        var start = Stopwatch.GetTimestamp();
        var loaded = DetectorCheckpoint.Load(options.CheckpointPath!, log);
        using var detector = loaded.Detector;
        Loaded(options.CheckpointPath!, loaded.Labels.Count, Stopwatch.GetElapsedTime(start).TotalSeconds);
        using var drawn = named is null ? new DrawnSamples(options.MaxSidePixels) : null;
        var (folder, parity) = console.RunStages(progress =>
        {
            var check = new ParityCheck(ServingProgram.Beside, named ?? drawn!.Samples, progress, cancellation);
            var control = new RunControl
            {
                Log = log,
                Progress = new Calibration(progress),
                Cancellation = cancellation,
            };
            var complete = options with { Labels = loaded.Labels, LabelMap = loaded.LabelMap, Leak = loaded.Origin.Leak };
            return new CheckedExport(check, isForced).Run(detector, complete, control);
        });
        Exported(Stopwatch.GetElapsedTime(start).TotalSeconds);
        if (parity.Failure is { } failure)
        {
            log.Warn($"warning: published by --force although it differs from its detector: {failure}");
        }

        log.Info(ParityLine.Of(parity));
        Console.WriteLine(folder);
    }

    [LoggerMessage(LogLevel.Debug, "{Checkpoint}: a detector of {Classes} classes, loaded after {Seconds:F1} s")]
    private partial void Loaded(string checkpoint, int classes, double seconds);

    [LoggerMessage(LogLevel.Debug, "exported after {Seconds:F1} s")]
    private partial void Exported(double seconds);

    private sealed class Calibration(IProgress<(string Stage, TrainingProgress Progress)> stages) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value) => stages.Report(("calibrate", value));
    }
}
