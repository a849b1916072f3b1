using System.Collections.Concurrent;
using Pipeline.Serving.Evaluation.Records;

namespace Pipeline.Serving.Evaluation.Execution;

/// <summary>
/// Decodes the images of a plan ahead of their execution, in its order. Whoever takes a batch decides how far ahead: only that frees
/// memory, so there is nothing to wait for elsewhere.
/// </summary>
internal sealed class BatchDecoding : IDisposable
{
    /// <summary>Most memory of images that wait, in bytes; a batch that is larger waits alone.</summary>
    internal const long MostWaitingBytes = 128_000_000;

    private readonly Queue<PlannedBatch> planned;
    private readonly IReadOnlyList<ImageRecord> records;
    private readonly int mostWaitingImages;
    private readonly Queue<DecodedBatch> waiting = new();
    private readonly BlockingCollection<(DecodedBatch Batch, int Index)> jobs = new(new ConcurrentQueue<(DecodedBatch, int)>());
    private readonly Task[] threads;
    private int waitingImages;
    private long waitingBytes;
    private volatile bool isGivenUp;

    /// <param name="plan">The batches, in the order in which they are executed.</param>
    /// <param name="records">All images of the run.</param>
    /// <param name="threads">Images decoded at a time.</param>
    public BatchDecoding(IReadOnlyList<PlannedBatch> plan, IReadOnlyList<ImageRecord> records, int threads)
    {
        planned = new Queue<PlannedBatch>(plan);
        this.records = records;
        var largestBatch = plan.Select(batch => batch.Images.Count).DefaultIfEmpty(1).Max();
        mostWaitingImages = 2 * Math.Max(largestBatch, threads);
        this.threads = [.. Enumerable.Range(0, threads).Select(_ => Task.Factory.StartNew(
            Decode, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default))];
        Fill();
    }

    /// <summary>Images that are decoded, or are being decoded, and were not taken yet.</summary>
    internal int WaitingImages => waitingImages;

    /// <summary>Takes the next batch, which may still be decoded; the threads go on with those after it.</summary>
    /// <returns>Null after the last one. Dispose it after its execution.</returns>
    public DecodedBatch? Take()
    {
        if (!waiting.TryDequeue(out var next))
        {
            return null;
        }

        waitingImages -= next.Plan.Images.Count;
        waitingBytes -= next.Bytes;
        Fill();
        return next;
    }

    /// <summary>Ends the threads, and gives back what nobody took.</summary>
    public void Dispose()
    {
        isGivenUp = true;
        jobs.CompleteAdding();
        Task.WaitAll(threads);
        foreach (var batch in waiting)
        {
            batch.Dispose();
        }

        jobs.Dispose();
    }

    private void Fill()
    {
        while (planned.TryPeek(out var next))
        {
            var batch = new DecodedBatch(next, records);
            var hasRoom = waitingImages + next.Images.Count <= mostWaitingImages && waitingBytes + batch.Bytes <= MostWaitingBytes;
            if (waiting.Count > 0 && !hasRoom)
            {
                return;
            }

            planned.Dequeue();
            waiting.Enqueue(batch);
            waitingImages += next.Images.Count;
            waitingBytes += batch.Bytes;
            for (var index = 0; index < next.Images.Count; index++)
            {
                jobs.Add((batch, index));
            }
        }
    }

    private void Decode()
    {
        foreach (var (batch, index) in jobs.GetConsumingEnumerable())
        {
            if (!isGivenUp)
            {
                batch.Decode(index);
            }
        }
    }
}
