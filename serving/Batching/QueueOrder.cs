namespace Pipeline.Serving.Batching;

/// <summary>
/// Decides which queue goes next. Live goes before background; of one class the fullest queue, until an image has waited for the longest
/// delay: from then on the oldest image goes first, whatever its size. So an image is overtaken by younger ones for no longer than the
/// delay, and after <see cref="LiveBatchesPerBackground"/> live batches a background batch that waits gets its turn.
/// </summary>
/// <param name="maxBatchSize">Images in one execution.</param>
/// <param name="maxDelay">How long an image may be overtaken.</param>
/// <param name="time">Measures how long images wait.</param>
internal sealed class QueueOrder(int maxBatchSize, TimeSpan maxDelay, TimeProvider time)
{
    /// <summary>Live batches after which a background batch that waits goes first.</summary>
    internal const int LiveBatchesPerBackground = 16;

    private int liveBatchesPassed;

    /// <summary>The queue that the next batch is taken from.</summary>
    /// <param name="queues">Queues that are not empty.</param>
    /// <returns>Null when there is none.</returns>
    public ImageQueue? Next(Dictionary<BatchKey, ImageQueue> queues)
    {
        var live = Next(queues, RequestClass.Live);
        var background = Next(queues, RequestClass.Background);
        if (background is null)
        {
            liveBatchesPassed = 0;
            return live;
        }

        if (live is null || liveBatchesPassed >= LiveBatchesPerBackground)
        {
            liveBatchesPassed = 0;
            return background;
        }

        liveBatchesPassed++;
        return live;
    }

    private ImageQueue? Next(Dictionary<BatchKey, ImageQueue> queues, RequestClass requestClass)
    {
        ImageQueue? oldest = null;
        ImageQueue? fullest = null;
        foreach (var queue in queues.Values)
        {
            if (queue.Key.Class != requestClass)
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

        var hasWaitedLong = oldest is not null && time.GetElapsedTime(oldest.Head.Enqueued) >= maxDelay;
        return hasWaitedLong ? oldest : fullest;
    }

    private bool IsFuller(ImageQueue queue, ImageQueue other)
    {
        var images = Math.Min(queue.Count, maxBatchSize);
        var otherImages = Math.Min(other.Count, maxBatchSize);
        return images == otherImages ? IsOlder(queue, other) : images > otherImages;
    }

    private static bool IsOlder(ImageQueue queue, ImageQueue other) => queue.Head.Order < other.Head.Order;
}
