using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Probing;
using Pipeline.Training.Publishing;

namespace Pipeline.Training.Experiments;

/// <summary>
/// The whole job on synthetic street scenes: contrastive retraining, fine-tuning without and with it, export, measurement with ONNX
/// Runtime, report.
/// </summary>
/// <remarks>Finished stages are kept when a run is started again; an unfinished one starts again.</remarks>
/// <param name="options">The settings.</param>
/// <param name="progress">Receives every step of every stage.</param>
/// <param name="log">Receives the time of each stage.</param>
/// <param name="cancellation">Ends the run; finished stages are kept.</param>
public sealed partial class DemoRun(
    DemoOptions options,
    IProgress<(string Stage, TrainingProgress Progress)> progress,
    ILogger log,
    CancellationToken cancellation)
{
    private const string DoneFile = ".done";
    private const int FirstLabeledScene = 1_000_000;
    private static readonly string[] Runs = ["scratch", "retrained"];

    /// <exception cref="UserErrorException">The folder holds another demo.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; finished stages are kept.</exception>
    public DemoReport Run()
    {
        using var held = Begin();
        var start = Stopwatch.GetTimestamp();
        var unlabeled = Folder("unlabelled");
        var data = Folder("scenes");
        var seconds = Stage(
            "unlabelled",
            () => StreetSceneWriter.WriteImages(
                unlabeled, Scenes, 0, options.UnlabeledScenes, Steps("unlabelled", options.UnlabeledScenes), cancellation));
        seconds += Stage("scenes", () => WriteLabeled(data));
        seconds += Stage("pretrain", () => ContrastiveTraining.Run(options.Pretrain(unlabeled, Folder("pretrain")), Control("pretrain")));
        var backbone = Path.Combine(Folder("pretrain"), "backbone.safetensors");
        progress.Report(("probe", new TrainingProgress(0, 1, 0)));
        var features = FeatureProbe.Run(
            new ProbeOptions
            {
                Data = data,
                Weights = backbone,
                TrainList = Path.Combine(data, "train.txt"),
                TestList = Path.Combine(data, "test.txt"),
                Labels = StreetSceneOptions.Classes,
                Seed = options.Seed,
            },
            log,
            cancellation);
        foreach (var run in Runs)
        {
            var weights = run == "retrained" ? backbone : null;
            seconds += Stage(run, () => DetectorTraining.Run(options.Finetune(data, Folder(run), weights), Control(run)));
        }

        seconds += Stage("exported", () =>
        {
            foreach (var run in Runs)
            {
                Export(run, Folder("exported"), run);
            }
        });
        var measured = DemoMeasurements.Of(
            options,
            [.. Runs.Select(run => (run, Exported(run)))],
            index => progress.Report(("measure", new TrainingProgress(index, Runs.Length, 0))),
            cancellation);
        var better = measured.Results.MaxBy(result => result.Map50)!.Name;
        var model = Published(better);
        seconds += Stopwatch.GetElapsedTime(start).TotalSeconds - secondsOfStages;
        var report = new DemoReport(measured.Results, features, Math.Round(seconds, 1), model);
        DemoReportWriter.Write(options, report, measured, better, Exported(better), cancellation);
        return report;
    }

    private double secondsOfStages;

    private StreetSceneOptions Scenes => new() { Seed = options.Seed };

    private string Folder(string stage) => Path.Combine(options.Output, stage);

    private string Exported(string run) => Path.Combine(Folder("exported"), run, "1");

    private void WriteLabeled(string data)
    {
        var count = options.TrainScenes + options.TestScenes;
        StreetSceneWriter.WriteKitti(data, Scenes, FirstLabeledScene, count, Steps("scenes", count), cancellation);
        var scenes = Dataset.Open(data).ImageIds;
        ImageList.Write(Path.Combine(data, "train.txt"), scenes.Take(options.TrainScenes));
        ImageList.Write(Path.Combine(data, "test.txt"), scenes.Skip(options.TrainScenes));
    }

    private string Export(string run, string repository, string name, ParityCheck? check = null)
    {
        var checkpoint = Path.Combine(Folder(run), "last.safetensors");
        var loaded = DetectorCheckpoint.Load(checkpoint, log);
        using var detector = loaded.Detector;
        var export = new ExportOptions
        {
            RepositoryRoot = repository,
            Name = name,
            Labels = loaded.Labels,
            LabelMap = loaded.LabelMap,
            Leak = loaded.Origin.Leak,
            CheckpointPath = checkpoint,
        };
        return check is null
            ? DetectorExporter.Export(detector, export)
            : new CheckedExport(check, isForced: false).Run(detector, export).Folder;
    }

    /// <summary>The model of this demo in the repository; it is published once.</summary>
    private string Published(string run)
    {
        var note = Path.Combine(options.Output, "model.txt");
        if (File.Exists(note))
        {
            var published = File.ReadAllText(note).Trim();
            if (Directory.Exists(published))
            {
                return published;
            }
        }

        var data = Folder("scenes");
        var samples = SampleImages.OfData(
            data, DatasetFormats.Auto, Path.Combine(data, "test.txt"), new ImageLimits(), cancellation);
        var check = new ParityCheck(ServingProgram.Beside, samples, progress, cancellation);
        var model = Export(run, options.Models, options.ModelName, check);
        AtomicFile.WriteText(note, model + "\n");
        return model;
    }

    /// <summary>Runs a stage unless it is done; returns its seconds, those of the first time when it was.</summary>
    private double Stage(string name, Action run)
    {
        cancellation.ThrowIfCancellationRequested();
        var done = Path.Combine(Folder(name), DoneFile);
        if (File.Exists(done))
        {
            var before = JsonSerializer.Deserialize<double>(File.ReadAllText(done));
            StageKept(name, before);
            return before;
        }

        if (Directory.Exists(Folder(name)))
        {
            Directory.Delete(Folder(name), recursive: true);
        }

        var start = Stopwatch.GetTimestamp();
        run();
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        secondsOfStages += seconds;
        StageDone(name, seconds);
        AtomicFile.WriteText(done, JsonSerializer.Serialize(seconds));
        return seconds;
    }

    [LoggerMessage(LogLevel.Debug, "{Stage}: kept; it took {Seconds:F1} s")]
    private partial void StageKept(string stage, double seconds);

    [LoggerMessage(LogLevel.Debug, "{Stage}: done in {Seconds:F1} s")]
    private partial void StageDone(string stage, double seconds);

    /// <summary>A new folder, or that of the same demo, held for this program.</summary>
    private FolderLock Begin()
    {
        ModelDirectory.RequirePublishable(options.Models, options.ModelName, version: null);
        var path = Path.Combine(options.Output, "demo.json");
        var text = JsonSerializer.Serialize(options, JsonFormat.Options) + "\n";
        if (FileStatus.Of(path).Kind == FileKind.File)
        {
            if (InputFile.ReadText(path) != text)
            {
                throw new UserErrorException(
                    $"{options.Output}: holds a demo with other settings; choose another folder with --output, or remove it.");
            }

            return FolderLock.Take(options.Output);
        }

        StagedFolder.Write(options.Output, staged => AtomicFile.WriteText(Path.Combine(staged, "demo.json"), text));
        return FolderLock.Take(options.Output);
    }

    private RunControl Control(string stage) => new()
    {
        Log = new StageLog(stage, log),
        Progress = Into(stage),
        Cancellation = cancellation,
    };

    private Relay<TrainingProgress> Into(string stage) => new(value => progress.Report((stage, value)));

    private Relay<int> Steps(string stage, int count) => new(done => progress.Report((stage, new TrainingProgress(done, count, 0))));

    /// <summary>Reports at once, on the caller's thread, which <see cref="Progress{T}"/> does not.</summary>
    private sealed class Relay<T>(Action<T> report) : IProgress<T>
    {
        public void Report(T value)
        {
            lock (this)
            {
                report(value);
            }
        }
    }
}
