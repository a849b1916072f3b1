using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Batching;

/// <summary>
/// The images that wait, in a bounded first-in, first-out queue for each version, size and class. Whoever executes takes the next batch
/// here: live before background; of these the fullest, unless an image has waited for longer than the delay, which then goes first.
/// After every <see cref="LiveBatchesPerBackground"/> live batches a background batch that waits gets its turn, so that no class starves.
/// </summary>
/// <param name="maxBatchSize">Images in one execution.</param>
/// <param name="options">How images become batches.</param>
/// <param name="time">Measures how long images wait.</param>
internal sealed class BatchQueues(int maxBatchSize, BatchingOptions options, TimeProvider time)
{
    /// <summary>Live batches after which a background batch may go first.</summary>
    internal const int LiveBatchesPerBackground = 16;

    private readonly Lock owner = new();
    private readonly Dictionary<BatchKey, LinkedList<PendingImage>> queues = [];
    private readonly TimeSpan maxDelay = TimeSpan.FromMilliseconds(options.MaxQueueDelayMs);
    private int liveBatchesSinceBackground;

    /// <summary>Images that wait, of all versions and sizes.</summary>
    public int Count { get; private set; }

    /// <summary>Adds an image to the end of its queue.</summary>
    /// <returns>False when the queue is full.</returns>
    public bool TryAdd(PendingImage pending)
    {
        lock (owner)
        {
            if (!queues.TryGetValue(pending.Key, out var queue))
            {
                queue = new LinkedList<PendingImage>();
                queues.Add(pending.Key, queue);
            }

            if (queue.Count >= options.MaxQueueLength)
            {
                return false;
            }

            queue.AddLast(pending);
            Count++;
            return true;
        }
    }

    /// <summary>Takes an image out before it is executed.</summary>
    /// <returns>False when it does not wait any more.</returns>
    public bool TryRemove(PendingImage pending)
    {
        lock (owner)
        {
            if (!queues.TryGetValue(pending.Key, out var queue) || !queue.Remove(pending))
            {
                return false;
            }

            Left(pending.Key, queue, images: 1);
            return true;
        }
    }

    /// <summary>Takes the batch that is to be executed next.</summary>
    /// <returns>At least one image, all of one key, in the order of their arrival; empty when none waits.</returns>
    public IReadOnlyList<PendingImage> Take()
    {
        lock (owner)
        {
            var live = Next(RequestClass.Live);
            var background = Next(RequestClass.Background);
            var isTurnOfBackground = live is null || liveBatchesSinceBackground >= LiveBatchesPerBackground;
            if (background is not null && isTurnOfBackground)
            {
                liveBatchesSinceBackground = 0;
                return TakeFrom(background);
            }

            if (live is null)
            {
                return [];
            }

            liveBatchesSinceBackground++;
            return TakeFrom(live);
        }
    }

    private LinkedList<PendingImage>? Next(RequestClass requestClass)
    {
        LinkedList<PendingImage>? fullest = null;
        LinkedList<PendingImage>? oldest = null;
        foreach (var (key, queue) in queues)
        {
            if (key.Class != requestClass)
            {
                continue;
            }

            if (oldest is null || IsOlder(queue, oldest))
            {
                oldest = queue;
            }

            if (fullest is null || IsFuller(queue, fullest))
            {
                fullest = queue;
            }
        }

        var hasWaitedLong = oldest is not null && time.GetElapsedTime(Head(oldest).Enqueued) >= maxDelay;
        return hasWaitedLong ? oldest : fullest;
    }

    private bool IsFuller(LinkedList<PendingImage> queue, LinkedList<PendingImage> other)
    {
        var images = Math.Min(queue.Count, maxBatchSize);
        var otherImages = Math.Min(other.Count, maxBatchSize);
        return images == otherImages ? IsOlder(queue, other) : images > otherImages;
    }

    private static bool IsOlder(LinkedList<PendingImage> queue, LinkedList<PendingImage> other) =>
        Head(queue).Enqueued < Head(other).Enqueued;

    private static PendingImage Head(LinkedList<PendingImage> queue) => queue.First!.Value;

    private PendingImage[] TakeFrom(LinkedList<PendingImage> queue)
    {
        var key = Head(queue).Key;
        var batch = new PendingImage[Math.Min(queue.Count, maxBatchSize)];
        for (var index = 0; index < batch.Length; index++)
        {
            batch[index] = Head(queue);
            queue.RemoveFirst();
        }

        Left(key, queue, batch.Length);
        return batch;
    }

    private void Left(BatchKey key, LinkedList<PendingImage> queue, int images)
    {
        Count -= images;
        if (queue.Count == 0)
        {
            queues.Remove(key);
        }
    }
}
