using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Training.Data;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Measures a detector on frames, during training: images are decoded ahead. On CUDA those of one size go through the network
/// together; on the CPU several go through it side by side, each computed by a part of the cores: all of them on one image would wait for
/// each other.
/// </summary>
/// <param name="options">Device, workers and images of a batch.</param>
/// <param name="dataset">The frames.</param>
/// <param name="labels">The classes.</param>
/// <param name="data">Their images.</param>
internal sealed class DetectorMeasurement(FinetuneOptions options, Dataset dataset, LabelMap labels, DetectionData data)
{
    private const int ImagesEach = 4, RowLength = 6;

    /// <summary>Each image has its maps in memory.</summary>
    private const int MostSideBySide = 8;

    private bool IsOnCpu => options.Device == ComputeDevice.Cpu;

    /// <summary>COCO's mAP on frames.</summary>
    /// <param name="detector">On its device; left in evaluation mode.</param>
    /// <param name="frames">To measure on.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public DetectionEvaluationResult Run(Detector detector, IReadOnlyList<string> frames, CancellationToken cancellation)
    {
        detector.eval();
        var images = Prefetch.InOrder(frames.Count, options.Workers, index => Load(frames[index]));
        var batches = IsOnCpu ? images.Chunk(ImagesEach * AtOnce(get_num_threads())) : BySize(images);
        return DetectionEvaluation.Evaluate(labels, batches.SelectMany(batch =>
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

    private EvaluatedImage[] Detect(Detector detector, IReadOnlyList<LoadedFrame> batch)
    {
        using var pause = CollectionPause.Begin();
        try
        {
            return IsOnCpu ? SideBySide(detector, batch) : Together(detector, batch);
        }
        finally
        {
            foreach (var frame in batch)
            {
                frame.Dispose();
            }
        }
    }

    private static int AtOnce(int cores) => Math.Min(cores, MostSideBySide);

    private static EvaluatedImage[] SideBySide(Detector detector, IReadOnlyList<LoadedFrame> batch)
    {
        var cores = get_num_threads();
        var atOnce = AtOnce(cores);
        var measured = new EvaluatedImage[batch.Count];
        var next = -1;
        void Work()
        {
            set_num_threads(cores / atOnce);
            for (var index = Interlocked.Increment(ref next); index < batch.Count; index = Interlocked.Increment(ref next))
            {
                using var scope = NewDisposeScope();
                var found = detector.Detect([batch[index].Image])[0];
                measured[index] = Measured(batch[index], Rows(found).HostFloats().Chunk(RowLength));
            }
        }

        try
        {
            // Threads of their own: libtorch keeps the number for each thread, and those of the pool have other work later.
            Task.WaitAll([.. Enumerable.Range(0, atOnce).Select(_ => Task.Factory.StartNew(Work, TaskCreationOptions.LongRunning))]);
            return measured;
        }
        finally
        {
            set_num_threads(cores);
        }
    }

    private EvaluatedImage[] Together(Detector detector, IReadOnlyList<LoadedFrame> batch)
    {
        using var scope = NewDisposeScope();
        var device = ComputeDevice.Of(options.Device);
        var found = detector.Detect([.. batch.Select(frame => frame.Image.to(device, non_blocking: true))]);
        var rows = cat([.. found.Select(Rows)]).HostFloats().Chunk(RowLength).ToList();
        var measured = new List<EvaluatedImage>();
        var first = 0;
        foreach (var (frame, detections) in batch.Zip(found))
        {
            var count = (int)detections.Scores.shape[0];
            measured.Add(Measured(frame, rows.Slice(first, count)));
            first += count;
        }

        return [.. measured];
    }

    private static EvaluatedImage Measured(LoadedFrame frame, IEnumerable<float[]> rows) =>
        new(frame.Id, frame.Truth, [.. rows.Select(Detection)]);

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
