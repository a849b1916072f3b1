using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Batching;

/// <summary>
/// Executes batches: a thread for each instance takes the next batch as soon as it is idle. An execution blocks its thread, and threads
/// of the pool are for requests.
/// </summary>
internal sealed class BatchExecutor : IDisposable
{
    private readonly BatchQueues queues;
    private readonly TimeProvider time;
    private readonly SemaphoreSlim waiting = new(0);
    private readonly CancellationTokenSource stopping = new();
    private readonly Thread[] instances;

    /// <summary>Starts the instances.</summary>
    public BatchExecutor(ExecutionOptions execution, BatchingOptions batching, TimeProvider time)
    {
        this.time = time;
        queues = new BatchQueues(batching.MaxBatchSize ?? execution.DefaultMaxBatchSize, batching, time);
        instances = new Thread[execution.Instances];
        for (var index = 0; index < instances.Length; index++)
        {
            var instance = index;
            instances[index] = new Thread(() => Run(instance)) { IsBackground = true, Name = $"inference {instance}" };
            instances[index].Start();
        }
    }

    /// <summary>Waits for the turn of an image and executes it.</summary>
    /// <param name="detector">The version of the model.</param>
    /// <param name="image">The image; it is in use until the task ends.</param>
    /// <param name="terms">On which terms it waits.</param>
    /// <exception cref="RefusedRequestException">The queue is full, or the deadline passed before the execution began.</exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    public async Task<DetectedImage> DetectAsync(IDetector detector, RgbImage image, RequestTerms terms)
    {
        terms.Aborted.ThrowIfCancellationRequested();
        var now = time.GetTimestamp();
        var key = new BatchKey(detector, image.WidthPixels, image.HeightPixels, terms.Class);
        var pending = new PendingImage(key, image, now);
        if (!queues.TryAdd(pending))
        {
            throw new RefusedRequestException(FaultKind.QueueFull, "The queue is full; send the request again later.");
        }

        waiting.Release();
        var left = time.GetElapsedTime(now, terms.Deadline);
        using var late = new CancellationTokenSource(left > TimeSpan.Zero ? left : TimeSpan.Zero, time);
        await using var onLate = late.Token.Register(() => Leave(pending, DeadlinePassed()));
        await using var onAborted = terms.Aborted.Register(() => Leave(pending, new OperationCanceledException(terms.Aborted)));
        return await pending.Result;
    }

    /// <summary>Ends the instances after the batches that they execute now.</summary>
    public void Dispose()
    {
        stopping.Cancel();
        foreach (var instance in instances)
        {
            instance.Join();
        }

        stopping.Dispose();
        waiting.Dispose();
    }

    private static RefusedRequestException DeadlinePassed() =>
        new(FaultKind.DeadlineExceeded, "The request waited until its time was over; allow it more time, or send fewer requests at a time.");

    private void Leave(PendingImage pending, Exception reason)
    {
        if (queues.TryRemove(pending))
        {
            pending.Fail(reason);
        }
    }

    private void Run(int instance)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                waiting.Wait(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            var batch = queues.Take();
            if (batch.Count > 0)
            {
                Execute(instance, batch);
            }
        }
    }

    private void Execute(int instance, IReadOnlyList<PendingImage> batch)
    {
        var start = time.GetTimestamp();
        try
        {
            var found = batch[0].Key.Detector.Detect(instance, [.. batch.Select(pending => pending.Image)]);
            var inferenceTime = time.GetElapsedTime(start);
            for (var index = 0; index < batch.Count; index++)
            {
                batch[index].Complete(new DetectedImage(
                    Detections: found[index],
                    QueueTime: time.GetElapsedTime(batch[index].Enqueued, start),
                    InferenceTime: inferenceTime,
                    BatchSize: batch.Count));
            }
        }
#pragma warning disable CA1031 // Whatever the model runs into is the answer of its batch.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            foreach (var pending in batch)
            {
                pending.Fail(exception);
            }
        }
    }
}
