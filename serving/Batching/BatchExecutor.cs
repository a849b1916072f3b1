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
    private bool disposed;

    /// <summary>Starts the instances.</summary>
    /// <param name="execution">How many there are.</param>
    /// <param name="batching">How images become batches.</param>
    /// <param name="time">The clock of all deadlines.</param>
    public BatchExecutor(ExecutionOptions execution, BatchingOptions batching, TimeProvider time)
    {
        this.time = time;
        queues = new BatchQueues(execution, batching, time);
        instances = new Thread[execution.Instances];
        for (var index = 0; index < instances.Length; index++)
        {
            var instance = index;
            instances[index] = new Thread(() => Run(instance)) { IsBackground = true, Name = $"inference {instance}" };
            instances[index].Start();
        }
    }

    /// <summary>Executions at a time.</summary>
    public int Instances => instances.Length;

    /// <summary>Executions now.</summary>
    public int BusyInstances => queues.Running;

    /// <summary>Images in one execution.</summary>
    public int MaxBatchSize => queues.MaxBatchSize;

    /// <summary>Images that wait for one version.</summary>
    public int Waiting(IDetector detector) => queues.Waiting(detector);

    /// <summary>Refuses, before its body is read, a request that would begin too late.</summary>
    /// <param name="terms">On which terms it would wait.</param>
    /// <param name="requestsInFlight">Requests that were let in before it.</param>
    /// <exception cref="RefusedRequestException">It is not expected to begin in time, or the service is ending.</exception>
    public void RequireTime(RequestTerms terms, int requestsInFlight) =>
        Throw(queues.Check(terms.Class, terms.Deadline, requestsInFlight));

    /// <summary>Refuses, before it is decoded, an image that cannot wait or would begin too late.</summary>
    /// <param name="detector">The version of the model.</param>
    /// <param name="size">Width and height of the image in pixels.</param>
    /// <param name="terms">On which terms it would wait.</param>
    /// <exception cref="RefusedRequestException">As <see cref="DetectAsync"/>.</exception>
    public void RequireRoom(IDetector detector, (int WidthPixels, int HeightPixels) size, RequestTerms terms)
    {
        var key = new BatchKey(detector, size.WidthPixels, size.HeightPixels, terms.Class);
        Throw(queues.Check(key, terms.Deadline));
    }

    /// <summary>Waits for the turn of an image and executes it.</summary>
    /// <param name="detector">The version of the model.</param>
    /// <param name="image">The image; it is in use until the task ends.</param>
    /// <param name="terms">On which terms it waits.</param>
    /// <exception cref="RefusedRequestException">
    /// The queue is full, the image is not expected to begin in time or did not, or the service is ending.
    /// </exception>
    /// <exception cref="OperationCanceledException">Nobody waits for the answer any more.</exception>
    /// <exception cref="InferenceException">The model failed.</exception>
    public async Task<DetectedImage> DetectAsync(IDetector detector, RgbImage image, RequestTerms terms)
    {
        terms.Aborted.ThrowIfCancellationRequested();
        var key = new BatchKey(detector, image.WidthPixels, image.HeightPixels, terms.Class);
        var pending = new PendingImage(key, image, time.GetTimestamp(), terms.Deadline);
        Throw(queues.Add(pending));
        WakeUp();
        await using var deadline = time.CreateTimer(OnLate, pending, terms.TimeLeft(time), Timeout.InfiniteTimeSpan);
        await using var abort = terms.Aborted.Register(() => OnAborted(pending, terms.Aborted));
        return await pending.Result;
    }

    /// <summary>Ends the instances after the batches that they execute now; images that still wait are refused.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref disposed, true))
        {
            return;
        }

        queues.Close();
        stopping.Cancel();
        foreach (var instance in instances)
        {
            instance.Join();
        }

        stopping.Dispose();
        waiting.Dispose();
    }

    private static void Throw(RequestFault? refusal)
    {
        if (refusal is not null)
        {
            throw new RefusedRequestException(refusal);
        }
    }

    /// <summary>Tells an idle instance that there is work.</summary>
    private void WakeUp()
    {
        try
        {
            waiting.Release();
        }
        catch (ObjectDisposedException)
        {
            // The service has ended since the image was added, which failed it.
        }
    }

    private void OnLate(object? state)
    {
        var pending = (PendingImage)state!;
        if (queues.TryRemove(pending))
        {
            pending.Fail(new RefusedRequestException(QueueRefusal.DeadlinePassed));
        }
    }

    private void OnAborted(PendingImage pending, CancellationToken aborted)
    {
        if (queues.TryRemove(pending))
        {
            pending.Fail(new OperationCanceledException(aborted));
        }
        else
        {
            pending.Batch?.GiveUpOne();
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

            using var batch = queues.Take();
            if (batch is not null)
            {
                Execute(instance, batch);
            }
        }
    }

    private void Execute(int instance, ImageBatch batch)
    {
        try
        {
            var found = batch.Key.Detector.Detect(instance, batch.Pixels, batch.GivenUp);
            var elapsed = time.GetElapsedTime(batch.Taken);
            queues.Ended(batch, elapsed);
            batch.Complete(found, elapsed, time);
        }
#pragma warning disable CA1031 // Whatever the model runs into is the answer of its batch.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            queues.Ended(batch, elapsed: null);
            batch.Fail(exception);
        }
    }
}
