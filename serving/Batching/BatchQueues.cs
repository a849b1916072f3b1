using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;

namespace Pipeline.Serving.Batching;

/// <summary>
/// The images that wait, in a bounded first-in, first-out queue for each version, size and class, and what is executed now. One lock owns
/// it all. Whoever executes takes the next batch here as soon as it is idle, so that a batch waits for more images only while all are
/// busy; <see cref="QueueOrder"/> decides which queue goes first.
/// </summary>
/// <param name="execution">How many executions there are at a time, and how large they are by default.</param>
/// <param name="options">How images become batches.</param>
/// <param name="time">Measures how long images wait.</param>
internal sealed class BatchQueues(ExecutionOptions execution, BatchingOptions options, TimeProvider time)
{
    private readonly Lock owner = new();
    private readonly Dictionary<BatchKey, ImageQueue> queues = [];
    private readonly WaitEstimate estimate = new(execution.Instances, time);
    private readonly QueueOrder order = new(
        options.EffectiveMaxBatchSize(execution), TimeSpan.FromMilliseconds(options.MaxQueueDelayMs), time);

    private long arrivals;
    private int count;
    private bool closed;

    /// <summary>Images in one execution.</summary>
    public int MaxBatchSize { get; } = options.EffectiveMaxBatchSize(execution);

    /// <summary>Images that wait, of all versions and sizes.</summary>
    public int Count => Volatile.Read(ref count);

    /// <summary>Batches that are executed now.</summary>
    public int Running
    {
        get
        {
            lock (owner)
            {
                return estimate.Running;
            }
        }
    }

    /// <summary>Images that wait for one version, of all sizes and classes.</summary>
    public int Waiting(IDetector detector)
    {
        lock (owner)
        {
            var waiting = 0;
            foreach (var queue in queues.Values)
            {
                waiting += ReferenceEquals(queue.Key.Detector, detector) ? queue.Count : 0;
            }

            return waiting;
        }
    }

    /// <summary>Whether an image would be refused, before anything is spent on it.</summary>
    /// <param name="requestClass">Its class.</param>
    /// <param name="deadline">Time stamp by which its execution must have begun.</param>
    /// <param name="requestsInFlight">Requests that were let in; those whose images do not wait yet come before it.</param>
    /// <returns>Null when there is time enough; there may still be no room in the queue of its size.</returns>
    public RequestFault? Check(RequestClass requestClass, long deadline, int requestsInFlight)
    {
        lock (owner)
        {
            if (closed)
            {
                return QueueRefusal.Draining;
            }

            var onTheirWay = Math.Max(0, requestsInFlight - count - estimate.RunningImages);
            var wait = estimate.Wait(queues, requestClass, onTheirWay);
            return estimate.Refusal(wait, deadline, WaitEstimate.MarginAtEntry);
        }
    }

    /// <summary>Whether an image would be refused, before it is decoded.</summary>
    /// <param name="key">What it would be executed with.</param>
    /// <param name="deadline">Time stamp by which its execution must have begun.</param>
    /// <returns>Null when there is room.</returns>
    public RequestFault? Check(BatchKey key, long deadline)
    {
        lock (owner)
        {
            return Refusal(key, deadline);
        }
    }

    /// <summary>Adds an image to the end of its queue.</summary>
    /// <returns>Null when it waits now; otherwise why it is refused.</returns>
    public RequestFault? Add(PendingImage pending)
    {
        lock (owner)
        {
            if (Refusal(pending.Key, pending.Deadline) is { } refusal)
            {
                return refusal;
            }

            if (!queues.TryGetValue(pending.Key, out var queue))
            {
                queue = new ImageQueue(pending.Key);
                queues.Add(pending.Key, queue);
            }

            pending.Order = arrivals;
            arrivals++;
            count++;
            queue.Add(pending);
            return null;
        }
    }

    /// <summary>Takes an image out before it is executed.</summary>
    /// <returns>False when it does not wait any more.</returns>
    public bool TryRemove(PendingImage pending)
    {
        lock (owner)
        {
            if (!queues.TryGetValue(pending.Key, out var queue) || !queue.TryRemove(pending))
            {
                return false;
            }

            Left(queue);
            return true;
        }
    }

    /// <summary>Takes the batch that is to be executed next. Images whose deadline has passed are failed, and are not in it.</summary>
    /// <returns>The batch, for <see cref="Ended"/>; null when no image waits.</returns>
    public ImageBatch? Take()
    {
        lock (owner)
        {
            while (order.Next(queues) is { } queue)
            {
                var images = TakeFrom(queue);
                if (images.Count > 0)
                {
                    var batch = new ImageBatch(images, time.GetTimestamp());
                    estimate.Begin(batch);
                    return batch;
                }
            }

            return null;
        }
    }

    /// <summary>An execution ended.</summary>
    /// <param name="batch">The batch that was taken.</param>
    /// <param name="elapsed">How long it took; null when that says nothing about the next one, as after a failure.</param>
    public void Ended(ImageBatch batch, TimeSpan? elapsed)
    {
        lock (owner)
        {
            estimate.End(batch, elapsed);
        }
    }

    /// <summary>Refuses every image from now on, and fails those that wait.</summary>
    public void Close()
    {
        lock (owner)
        {
            closed = true;
            foreach (var queue in queues.Values)
            {
                while (queue.Count > 0)
                {
                    queue.RemoveHead().Fail(new RefusedRequestException(QueueRefusal.Draining));
                }
            }

            queues.Clear();
            count = 0;
        }
    }

    private RequestFault? Refusal(RequestClass requestClass, long deadline) =>
        closed ? QueueRefusal.Draining : estimate.Refusal(estimate.Wait(queues, requestClass), deadline);

    private RequestFault? Refusal(BatchKey key, long deadline)
    {
        if (Refusal(key.Class, deadline) is { } refusal)
        {
            return refusal;
        }

        return queues.TryGetValue(key, out var queue) && queue.Count >= options.MaxQueueLength
            ? QueueRefusal.Full(queue.Count, estimate.Wait(queues, key.Class))
            : null;
    }

    private List<PendingImage> TakeFrom(ImageQueue queue)
    {
        var now = time.GetTimestamp();
        var most = ImageTensor.MostImages(queue.Key.ImageBytes, MaxBatchSize);
        var images = new List<PendingImage>(Math.Min(most, queue.Count));
        while (images.Count < most && queue.Count > 0)
        {
            var pending = queue.RemoveHead();
            Left(queue);
            if (pending.Deadline > now)
            {
                images.Add(pending);
            }
            else
            {
                pending.Fail(new RefusedRequestException(QueueRefusal.DeadlinePassed));
            }
        }

        return images;
    }

    private void Left(ImageQueue queue)
    {
        count--;
        if (queue.Count == 0)
        {
            queues.Remove(queue.Key);
        }
    }
}
