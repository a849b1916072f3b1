using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Batching;

/// <summary>
/// Expects how long an image would wait, from what is executed, what waits, and what such images have lately cost. Not safe for
/// concurrent calls: its owner's lock guards it.
/// </summary>
/// <param name="instances">Executions at a time.</param>
/// <param name="time">Measures how long executions have run.</param>
internal sealed class WaitEstimate(int instances, TimeProvider time)
{
    /// <summary>
    /// How much longer than expected a wait may become before anything is known of the request but that it came: costs vary, and whoever
    /// was let in should be answered.
    /// </summary>
    internal const double MarginAtEntry = 1.5;

    private readonly ExecutionCosts costs = new();
    private readonly HashSet<ImageBatch> running = [];

    /// <summary>Batches that are executed now.</summary>
    public int Running => running.Count;

    /// <summary>Images that are executed now.</summary>
    public int RunningImages => running.Sum(batch => batch.Images.Count);

    /// <summary>An execution begins.</summary>
    public void Begin(ImageBatch batch) => running.Add(batch);

    /// <summary>An execution ended.</summary>
    /// <param name="batch">What was executed.</param>
    /// <param name="elapsed">How long it took; null when that says nothing about the next one.</param>
    public void End(ImageBatch batch, TimeSpan? elapsed)
    {
        running.Remove(batch);
        if (elapsed is { } known)
        {
            costs.Observe(batch.Key, batch.Images.Count, known);
        }
    }

    /// <summary>Expected wait of an image that arrives now: for everything of its class, and for what is executed.</summary>
    /// <param name="queues">All that waits.</param>
    /// <param name="requestClass">Its class; background waits for live, too.</param>
    /// <param name="onTheirWay">Images that were let in and do not wait yet, as while they are read and decoded.</param>
    public TimeSpan Wait(Dictionary<BatchKey, ImageQueue> queues, RequestClass requestClass, int onTheirWay = 0)
    {
        var seconds = onTheirWay * costs.SecondsPerImageOfAny;
        foreach (var (key, queue) in queues)
        {
            if (key.Class <= requestClass)
            {
                seconds += queue.Count * costs.SecondsPerImage(key);
            }
        }

        foreach (var batch in running)
        {
            var whole = batch.Images.Count * costs.SecondsPerImage(batch.Key);
            seconds += Math.Max(0, whole - time.GetElapsedTime(batch.Taken).TotalSeconds);
        }

        return TimeSpan.FromSeconds(seconds / instances);
    }

    /// <summary>The refusal of an image that would begin too late.</summary>
    /// <param name="wait">Its expected wait.</param>
    /// <param name="deadline">Time stamp by which its execution must have begun.</param>
    /// <param name="margin">How many times the expected wait it must have.</param>
    /// <returns>Null when it has time enough.</returns>
    public RequestFault? Refusal(TimeSpan wait, long deadline, double margin = 1)
    {
        var left = time.GetElapsedTime(time.GetTimestamp(), deadline);
        if (left <= TimeSpan.Zero)
        {
            return QueueRefusal.DeadlinePassed;
        }

        return wait * margin > left ? QueueRefusal.TooLate(wait, left) : null;
    }
}
