using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Batching;

/// <summary>What happens to the queues.</summary>
internal enum QueueAction
{
    Add,
    Take,
    End,
    Remove,
    Advance,
}

/// <summary>A step of a test.</summary>
/// <param name="Action">What happens.</param>
/// <param name="Choice">Chooses the key, or the image.</param>
/// <param name="Milliseconds">How long something takes, or may take.</param>
internal readonly record struct QueueStep(QueueAction Action, int Choice, int Milliseconds);

/// <summary>Queues beside a simple account of what should be in them, which checks every answer.</summary>
internal sealed class CheckedQueues : IDisposable
{
    private const int MaxQueueLength = 5;
    private const int MaxDelayMs = 20;
    private const int Sizes = 3;
    private readonly FakeTimeProvider clock = new();
    private readonly FakeDetector[] detectors = [new(), new()];
    private readonly RgbImage image = FakeDetector.Image(0);
    private readonly List<PendingImage> waiting = [];
    private readonly List<ImageBatch> running = [];
    private readonly BatchQueues queues;
    private readonly int maxBatchSize;
    private int liveInARow;
    private int accepted;
    private int finished;

    public CheckedQueues(int instances, int maxBatchSize)
    {
        this.maxBatchSize = maxBatchSize;
        queues = new BatchQueues(
            new ExecutionOptions { Instances = instances },
            new BatchingOptions { MaxBatchSize = maxBatchSize, MaxQueueLength = MaxQueueLength, MaxQueueDelayMs = MaxDelayMs },
            clock);
    }

    public void Do(QueueStep step)
    {
        switch (step.Action)
        {
            case QueueAction.Add:
                Add(step);
                break;
            case QueueAction.Take:
                Take();
                break;
            case QueueAction.End when running.Count > 0:
                End(step);
                break;
            case QueueAction.Remove when waiting.Count > 0:
                Remove(waiting[step.Choice % waiting.Count]);
                break;
            case QueueAction.Advance:
                clock.Advance(TimeSpan.FromMilliseconds(step.Milliseconds));
                break;
        }

        Assert.Equal(waiting.Count, queues.Count);
        Assert.Equal(running.Count, queues.Running);
        Assert.Equal(waiting.Count(pending => pending.Key.Detector == detectors[0]), queues.Waiting(detectors[0]));
    }

    /// <summary>Ends everything, and checks that every image that was accepted had one end.</summary>
    public void CloseAndCheck()
    {
        queues.Close();
        foreach (var pending in waiting)
        {
            RequireRefused(pending, FaultKind.Draining);
        }

        Assert.Null(queues.Take());
        Assert.Equal(0, queues.Count);
        Assert.Equal(accepted, finished + waiting.Count + running.Sum(batch => batch.Images.Count));
    }

    public void Dispose()
    {
        image.Dispose();
        running.ForEach(batch => batch.Dispose());
        Array.ForEach(detectors, detector => detector.Dispose());
    }

    private void Add(QueueStep step)
    {
        var requestClass = step.Choice % 4 == 0 ? RequestClass.Background : RequestClass.Live;
        var key = new BatchKey(detectors[step.Choice / 4 % 2], 4 + step.Choice / 8 % Sizes, HeightPixels: 4, requestClass);
        var deadline = step.Choice % 3 == 0
            ? RequestTerms.Live(clock, TimeSpan.FromMilliseconds(step.Milliseconds), CancellationToken.None).Deadline
            : long.MaxValue;
        var pending = new PendingImage(key, image, clock.GetTimestamp(), deadline);
        var ahead = waiting.Count(other => other.Key == key);
        var foreseen = queues.Check(key, deadline);

        var refusal = queues.Add(pending);

        Assert.Equal(foreseen?.Kind, refusal?.Kind);
        if (refusal is null)
        {
            Assert.InRange(ahead, 0, MaxQueueLength - 1);
            accepted++;
            waiting.Add(pending);
        }
        else if (refusal.Kind == FaultKind.DeadlineExceeded)
        {
            Assert.InRange(deadline, 0, clock.GetTimestamp());
        }
        else
        {
            Assert.Equal(FaultKind.QueueFull, refusal.Kind);
            Assert.InRange(refusal.RetryAfter!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(1));
            Assert.True(ahead == MaxQueueLength || deadline != long.MaxValue, "refused although there is room and time");
            Assert.True(waiting.Count + running.Count > 0, "refused although the service is idle");
        }
    }

    private void Take()
    {
        var wasSomethingLate = waiting.Any(IsLate);
        var batch = queues.Take();
        foreach (var late in waiting.Where(pending => pending.Result.IsCompleted).ToArray())
        {
            Assert.True(IsLate(late), "failed before its deadline");
            RequireRefused(late, FaultKind.DeadlineExceeded);
            waiting.Remove(late);
            finished++;
        }

        if (wasSomethingLate)
        {
            liveInARow = 0;   // the order was that of the images before they were found late
        }

        if (batch is null)
        {
            Assert.Empty(waiting);
            liveInARow = 0;
            return;
        }

        RequireBatch(batch);
        if (!wasSomethingLate)
        {
            RequireFair(batch);
        }

        waiting.RemoveAll(batch.Images.Contains);
        running.Add(batch);
    }

    private void RequireBatch(ImageBatch batch)
    {
        Assert.InRange(batch.Images.Count, 1, maxBatchSize);
        Assert.All(batch.Images, pending => Assert.Equal(batch.Key, pending.Key));
        Assert.All(batch.Images, pending => Assert.False(IsLate(pending), "taken after its deadline"));
        Assert.Equal(waiting.Where(pending => pending.Key == batch.Key).Take(batch.Images.Count), batch.Images);
    }

    private void RequireFair(ImageBatch batch)
    {
        var isLive = batch.Key.Class == RequestClass.Live;
        var others = waiting.Any(pending => pending.Key.Class != batch.Key.Class);
        liveInARow = isLive && others ? liveInARow + 1 : 0;
        Assert.InRange(liveInARow, 0, QueueOrder.LiveBatchesPerBackground);

        var oldest = waiting.First(pending => pending.Key.Class == batch.Key.Class);
        var hasWaitedLong = clock.GetElapsedTime(oldest.Enqueued) >= TimeSpan.FromMilliseconds(MaxDelayMs);
        Assert.True(!hasWaitedLong || batch.Images[0] == oldest, "a younger image went first");
    }

    private void End(QueueStep step)
    {
        var batch = running[step.Choice % running.Count];
        queues.Ended(batch, step.Choice % 5 == 0 ? null : TimeSpan.FromMilliseconds(step.Milliseconds));
        running.Remove(batch);
        Assert.All(batch.Images, pending => Assert.False(queues.TryRemove(pending), "removed after it was taken"));
        finished += batch.Images.Count;
        batch.Dispose();
    }

    private void Remove(PendingImage pending)
    {
        Assert.True(queues.TryRemove(pending));
        Assert.False(queues.TryRemove(pending), "removed twice");
        waiting.Remove(pending);
        finished++;
    }

    private bool IsLate(PendingImage pending) => pending.Deadline <= clock.GetTimestamp();

    private static void RequireRefused(PendingImage pending, FaultKind kind) =>
        Assert.Equal(kind, Assert.IsType<RefusedRequestException>(pending.Result.Exception?.InnerException).Fault.Kind);
}
