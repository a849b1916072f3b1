using Pipeline.Golden;
using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;

namespace Pipeline.Serving.Tests;

/// <summary>
/// The whole chain on real images: a small detector memorizes eight KITTI frames, is exported to ONNX, and is measured by ONNX Runtime on
/// the same frames. This shows that labels, anchors, losses, export and evaluation fit together; it shows nothing about unseen frames.
/// </summary>
public sealed class RealFramesTests : IDisposable
{
    private const int Frames = 8;
    private readonly string folder = Directory.CreateTempSubdirectory("real-frames").FullName;

    [Fact]
    public void A_small_detector_learns_the_real_frames_and_finds_the_cars_through_the_exported_model()
    {
        var data = SharedData.Path("data/kitti-sample");
        var frames = Path.Combine(folder, "frames.txt");
        ImageList.Write(frames, [.. Dataset.Open(data).ImageIds.Take(Frames)]);
        var options = new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "small")
            .Option("test", "data", data)
            .Option("test", "output", Path.Combine(folder, "run"))
            .Option("test", "trainList", frames)
            .Option("test", "testList", frames)
            .Option("test", "backboneWeights", "none")
            .Option("test", "detector.backbone.widthMultiplier", 0.5)
            .Option("test", "allowOverlappingSplit", true)
            .Option("test", "warmupIterations", 40)
            .Option("test", "epochs", 45)
            .Option("test", "evaluateEveryEpochs", 45)
            .Option("test", "milestones", Milestones())
            .Option("test", "horizontalFlip", false)
            .Build();

        var trained = DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        var (detector, labels) = DetectorCheckpoint.Load(trained.CheckpointPath);
        using var _ = detector;
        var export = new ExportOptions { RepositoryRoot = Path.Combine(folder, "models"), Name = "real", Labels = labels };
        var model = DetectorExporter.Export(detector, export);
        var evaluation = new EvaluationOptions { ModelDirectory = model, Data = data, Split = frames };
        var report = ModelEvaluation.Run(evaluation, remark: _ => { }, progress: null, TestContext.Current.CancellationToken);

        Assert.Equal(Frames, report.Images);
        Assert.True(report.PerClass["Car"]!.Ap50 >= 0.8, $"Car AP50 {report.PerClass["Car"]!.Ap50:F3}");
        Assert.Equal(trained.Epochs[^1].Map!.Value, report.Map!.Value, 1e-3);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static int[] Milestones() => [34, 41];
}
