using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Data;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Measures a detector on frames, during training: images are decoded ahead, and those of one size go through the network together.</summary>
/// <param name="options">Device, workers and images of a batch.</param>
/// <param name="dataset">The frames.</param>
/// <param name="labels">The classes.</param>
/// <param name="data">Their images.</param>
internal sealed class DetectorMeasurement(FinetuneOptions options, KittiDataset dataset, LabelMap labels, KittiTrainingData data)
{
    /// <summary>COCO's mAP on frames.</summary>
    /// <param name="detector">On its device; left in evaluation mode.</param>
    /// <param name="frames">To measure on.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public DetectionEvaluationResult Run(Detector detector, IReadOnlyList<string> frames, CancellationToken cancellation)
    {
        detector.eval();
        var images = Prefetch.InOrder(frames.Count, options.Workers, index => Load(frames[index]));
        return DetectionEvaluation.Evaluate(labels, BySize(images).SelectMany(batch =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Detect(detector, batch);
        }));
    }

    private LoadedFrame Load(string frame)
    {
        var (image, target) = data.Load(frame, flip: false);
        target.Dispose();
        var pinned = PinnedMemory.For(options.Device, image);
        return new LoadedFrame(frame, pinned, dataset.ReadLabels(frame, (int)pinned.shape[2], (int)pinned.shape[1]));
    }

    /// <summary>Batches of neighbours of one size, so that no image is padded for another's sake.</summary>
    private IEnumerable<IReadOnlyList<LoadedFrame>> BySize(IEnumerable<LoadedFrame> images)
    {
        var batch = new List<LoadedFrame>();
        foreach (var image in images)
        {
            var fits = batch.Count == 0 || image.Image.shape.SequenceEqual(batch[0].Image.shape);
            if (!fits || batch.Count == options.BatchSize)
            {
                yield return batch;
                batch = [];
            }

            batch.Add(image);
        }

        if (batch.Count > 0)
        {
            yield return batch;
        }
    }

    private List<EvaluatedFrame> Detect(Detector detector, IReadOnlyList<LoadedFrame> batch)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        var device = ComputeDevice.Of(options.Device);
        var found = detector.Detect([.. batch.Select(frame => frame.Image.to(device, non_blocking: true))]);
        var rows = cat([.. found.Select(Rows)]).HostFloats().Chunk(6).ToList();
        var measured = new List<EvaluatedFrame>();
        var first = 0;
        foreach (var (frame, detections) in batch.Zip(found))
        {
            var count = (int)detections.Scores.shape[0];
            measured.Add(new EvaluatedFrame(frame.Id, frame.Truth, [.. rows.Slice(first, count).Select(Detection)]));
            first += count;
            frame.Dispose();
        }

        return measured;
    }

    /// <summary>float32 [D, 6]: box, score, label of each detection.</summary>
    private static Tensor Rows(ImageDetections image) =>
        cat([image.Boxes, image.Scores.unsqueeze(1), image.Labels.unsqueeze(1).to(float32)], 1);

    private static Pipeline.Shared.Geometry.Detection Detection(float[] row) =>
        new((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3]));

    private sealed record LoadedFrame(string Id, Tensor Image, IReadOnlyList<KittiObject> Truth) : IDisposable
    {
        public void Dispose() => Image.Dispose();
    }
}
