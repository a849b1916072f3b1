using System.Diagnostics;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Serving.Inference;
using Pipeline.Shared;

namespace Pipeline.Serving.Evaluation.Execution;

/// <summary>Executes a model over the batches of a plan, while other threads decode the images of those that follow.</summary>
/// <param name="model">The detector.</param>
/// <param name="images">All images of the run.</param>
internal sealed class BatchExecution(DetectorModel model, IReadOnlyList<ImageRecord> images)
{
    /// <summary>Detects the objects of the images of some batches.</summary>
    /// <param name="batches">In the order in which they are executed.</param>
    /// <param name="finished">Receives each when it was executed, in this order.</param>
    /// <param name="cancellation">Ends the work, also an execution.</param>
    /// <exception cref="UserErrorException">An image is missing or damaged.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public void Run(IReadOnlyList<PlannedBatch> batches, Action<BatchRecord> finished, CancellationToken cancellation)
    {
        var last = Stopwatch.GetTimestamp();
        using var decoding = new BatchDecoding(batches, images, threads: DecodingThreads(batches));
        while (decoding.Take() is { } batch)
        {
            using (batch)
            {
                var pixels = batch.Wait(cancellation);
                var found = model.Execute(instance: 0, pixels, cancellation);
                var now = Stopwatch.GetTimestamp();
                finished(Record(batch, found, Stopwatch.GetElapsedTime(last, now)));
                last = now;
            }
        }
    }

    /// <summary>All cores: they decode only what the bound on waiting images allows, so no faster than the model takes it.</summary>
    private static int DecodingThreads(IReadOnlyList<PlannedBatch> batches) =>
        Math.Clamp(batches.Sum(batch => batch.Images.Count), 1, Environment.ProcessorCount);

    private static BatchRecord Record(DecodedBatch batch, DetectedBatch found, TimeSpan time) => new(
        batch.Plan.Number,
        [.. batch.Plan.Images.Zip(found.Detections, (image, detections) => new ImageDetections(image, detections))],
        new BatchTimes(
            Seconds: Rounded(time.TotalSeconds),
            DecodeMs: [.. batch.DecodeMs.Select(Rounded)],
            InputMs: Rounded(found.InputTime.TotalMilliseconds),
            InferenceMs: Rounded(found.InferenceTime.TotalMilliseconds),
            OutputMs: Rounded(found.OutputTime.TotalMilliseconds)));

    private static double Rounded(double value) => Math.Round(value, 4);
}
