using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class DetectorMeasurementTests(DrawnScenes scenes)
{
    [Fact]
    public void Images_side_by_side_are_measured_as_each_alone_and_leave_the_threads_as_they_were()
    {
        using var scope = NewDisposeScope();
        var dataset = Dataset.Open(scenes.Folder);
        var labels = new LabelMap(KittiClasses.Default);
        using var data = new DetectionData(TinyFinetune.Images(dataset), labels, 0);
        manual_seed(3);
        using var detector = new FasterRcnn(Options.Detector);
        detector.eval();
        var threads = get_num_threads();
        var alone = DetectionEvaluation.Evaluate(labels, dataset.ImageIds.Select(frame => Alone(frame, detector, data)));

        var measured = new DetectorMeasurement(Options, labels, data)
            .Run(detector, dataset.ImageIds, TestContext.Current.CancellationToken);

        Assert.Equal(threads, get_num_threads());
        Parallel.For(0, 100, _ => Assert.Equal(threads, get_num_threads()));
        Assert.Equal(alone.Map!.Value, measured.Map!.Value, 1e-6);
        Assert.Equal(alone.Map50!.Value, measured.Map50!.Value, 1e-6);
        Assert.Equal(alone.PerClass.Keys, measured.PerClass.Keys);
        Assert.True(measured.Map50 > 0);
    }

    [Fact]
    public void A_measurement_can_be_ended()
    {
        var dataset = Dataset.Open(scenes.Folder);
        var labels = new LabelMap(KittiClasses.Default);
        using var data = new DetectionData(TinyFinetune.Images(dataset), labels, 0);
        using var detector = new FasterRcnn(Options.Detector);
        var measurement = new DetectorMeasurement(Options, labels, data);

        Assert.Throws<OperationCanceledException>(() => measurement.Run(detector, dataset.ImageIds, new CancellationToken(canceled: true)));
    }

    private FinetuneOptions Options => new()
    {
        Data = scenes.Folder,
        Output = "run",
        Detector = new DetectorOptions
        {
            NumClasses = 8,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
            FpnChannels = 8,
            BoxHeadChannels = 16,
            MinSizePixels = 64,
            MaxSizePixels = 200,
            BoxScoreThresh = 0,
        },
    };

    private static EvaluatedImage Alone(string frame, FasterRcnn detector, DetectionData data)
    {
        var image = data.Load(frame, flip: false).Image;
        var found = detector.Detect([image])[0];
        var boxes = found.Boxes.data<float>().ToArray().Chunk(4).Select(row => new Box(row[0], row[1], row[2], row[3]));
        var scores = found.Scores.data<float>().ToArray();
        var classes = found.Labels.data<long>().ToArray();
        var detections = boxes.Select((box, index) => new Pipeline.Shared.Geometry.Detection((int)classes[index] - 1, scores[index], box));
        return EvaluatedImage.Of(data.Image(frame), [.. detections]);
    }
}
