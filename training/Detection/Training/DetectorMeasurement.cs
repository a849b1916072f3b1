using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Training.Data;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Measures a detector on images, during training: images are decoded ahead. On CUDA those of one size go through the network
/// together; on the CPU several go through it side by side, each computed by a part of the cores: all of them on one image would wait for
/// each other.
/// </summary>
/// <param name="options">Device, workers and images of a batch.</param>
/// <param name="labels">The classes.</param>
/// <param name="data">Their images.</param>
internal sealed class DetectorMeasurement(FinetuneOptions options, LabelMap labels, DetectionData data)
{
    private const int ImagesEach = 4;

    /// <summary>Each image has its maps in memory.</summary>
    private const int MostSideBySide = 8;

    private bool IsOnCpu => options.Device == ComputeDevice.Cpu;

    /// <summary>COCO's mAP on images.</summary>
    /// <param name="detector">On its device; left in evaluation mode.</param>
    /// <param name="ids">To measure on.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    public DetectionEvaluationResult Run(Detector detector, IReadOnlyList<string> ids, CancellationToken cancellation)
    {
        detector.eval();
        var images = Prefetch.InOrder(ids.Count, options.Workers, index => Load(ids[index]));
        var batches = IsOnCpu ? images.Chunk(ImagesEach * AtOnce(get_num_threads())) : BySize(images);
        return DetectionEvaluation.Evaluate(labels, batches.SelectMany(batch =>
        {
            cancellation.ThrowIfCancellationRequested();
            return Detect(detector, batch);
        }));
    }

    private LoadedImage Load(string id)
    {
        var (image, target) = data.Load(id, flip: false);
        target.Dispose();
        var pinned = PinnedMemory.For(options.Device, image);
        return new LoadedImage(data.Image(id), pinned);
    }

    /// <summary>Batches of neighbours of one size, so that no image is padded for another's sake.</summary>
    private IEnumerable<IReadOnlyList<LoadedImage>> BySize(IEnumerable<LoadedImage> images)
    {
        var batch = new List<LoadedImage>();
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

    private EvaluatedImage[] Detect(Detector detector, IReadOnlyList<LoadedImage> batch)
    {
        using var pause = CollectionPause.Begin();
        try
        {
            return IsOnCpu ? SideBySide(detector, batch) : Together(detector, batch);
        }
        finally
        {
            foreach (var image in batch)
            {
                image.Dispose();
            }
        }
    }

    private static int AtOnce(int cores) => Math.Min(cores, MostSideBySide);

    private static EvaluatedImage[] SideBySide(Detector detector, IReadOnlyList<LoadedImage> batch)
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
                measured[index] = Measured(batch[index], HostDetections.Of(found));
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

    private EvaluatedImage[] Together(Detector detector, IReadOnlyList<LoadedImage> batch)
    {
        using var scope = NewDisposeScope();
        var device = ComputeDevice.Of(options.Device);
        var found = detector.Detect([.. batch.Select(entry => entry.Image.to(device, non_blocking: true))]);
        var rows = HostDetections.Of(found);
        var measured = new List<EvaluatedImage>();
        var first = 0;
        foreach (var (image, detections) in batch.Zip(found))
        {
            var count = (int)detections.Scores.shape[0];
            measured.Add(Measured(image, rows[first..(first + count)]));
            first += count;
        }

        return [.. measured];
    }

    private static EvaluatedImage Measured(LoadedImage image, IReadOnlyList<Pipeline.Shared.Geometry.Detection> found) =>
        EvaluatedImage.Of(image.Source, found);

    private sealed record LoadedImage(SurveyedImage Source, Tensor Image) : IDisposable
    {
        public void Dispose() => Image.Dispose();
    }
}
