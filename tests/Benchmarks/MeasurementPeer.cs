using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Training;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Benchmarks;

/// <summary>
/// The measurement of a detector during its training, on real frames: one image after the other, each decoded when its turn comes,
/// and as <see cref="DetectorMeasurement"/> does it; they take turns.
/// </summary>
internal static class MeasurementPeer
{
    private const int Frames = 64;

    public static void Run(string data, string preset, int runs, int threads, long cacheBytes)
    {
        set_num_threads(threads);
        var dataset = Dataset.Open(data);
        string[] frames = [.. Enumerable.Range(0, Frames).Select(index => dataset.ImageIds[index % dataset.ImageIds.Count])];
        var survey = DatasetSurvey.Of(dataset, dataset.ImageIds, new ImageLimits());
        var read = new LayeredConfiguration<FinetuneOptions>().Preset("finetune", preset)
            .Option("benchmark", "data", data)
            .Option("benchmark", "output", "o")
            .Option("benchmark", "workers", threads)
            .Build();
        var options = DetectorTraining.WithClasses(read, dataset);
        var labels = new LabelMap(options.Labels, options.LabelMap);
        using var images = new DetectionData(survey.Images, labels, cacheBytes);
        manual_seed(1);
        using var detector = new FasterRcnn(BackboneStart.Detector(options));
        detector.eval();
        var measurement = new DetectorMeasurement(options, labels, images);
        var times = SuppressionPeer.Interleaved(
            runs,
            () => DetectionEvaluation.Evaluate(labels, frames.Select(frame => OneByOne(frame, detector, images))),
            () => measurement.Run(detector, frames, CancellationToken.None));
        Console.WriteLine($"{Frames} frames, preset {preset}, {runs} runs of each kind");
        SuppressionPeer.Print("one by one", "now", times);
    }

    private static EvaluatedImage OneByOne(string frame, FasterRcnn detector, DetectionData images)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        var image = images.Load(frame, flip: false).Image;
        var found = detector.Detect([image])[0];
        var numbers = cat([found.Boxes, found.Scores.unsqueeze(1), found.Labels.unsqueeze(1).to(float32)], 1).HostFloats();
        var detections = numbers.Chunk(6).Select(row =>
            new Pipeline.Shared.Geometry.Detection((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3])));
        return EvaluatedImage.Of(images.Image(frame), [.. detections]);
    }
}
