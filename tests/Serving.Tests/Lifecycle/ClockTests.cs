using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Lifecycle;

/// <summary>The system's clock may be set while requests wait.</summary>
public sealed class ClockTests
{
    [Theory]
    [InlineData(-400), InlineData(400)]
    public async Task A_clock_that_jumps_changes_no_deadline(int days)
    {
        var time = new JumpingClock();
        using var detector = new HeldDetector();
        using var executor = new BatchExecutor(new ExecutionOptions(), new BatchingOptions { MaxBatchSize = 1 }, time);
        using var image = RgbImage.Allocate(4, 4);
        var deadline = time.GetTimestamp() + 60 * time.TimestampFrequency;
        var terms = new RequestTerms(RequestClass.Live, deadline, TestContext.Current.CancellationToken);
        var first = executor.DetectAsync(detector, image, terms);
        detector.Running.Wait(TestContext.Current.CancellationToken);
        var second = executor.DetectAsync(detector, image, terms);

        time.Jump(TimeSpan.FromDays(days));
        Assert.False(second.IsCompleted);
        detector.Release();

        Assert.Empty((await first).Detections);
        var answer = await second;
        Assert.InRange(answer.QueueTime, TimeSpan.Zero, TimeSpan.FromSeconds(1));
    }

    /// <summary>Its wall clock can be set; its time stamps, and the timers that they drive, only move on.</summary>
    private sealed class JumpingClock : TimeProvider
    {
        private readonly FakeTimeProvider steady = new();
        private TimeSpan offset;

        public override long TimestampFrequency => steady.TimestampFrequency;

        public void Jump(TimeSpan by) => offset += by;

        public override DateTimeOffset GetUtcNow() => steady.GetUtcNow() + offset;

        public override long GetTimestamp() => steady.GetTimestamp();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            steady.CreateTimer(callback, state, dueTime, period);
    }

    private sealed class HeldDetector : IDetector, IDisposable
    {
        private readonly ManualResetEventSlim released = new();

        public ManualResetEventSlim Running { get; } = new();

        public void Release() => released.Set();

        public IReadOnlyList<IReadOnlyList<Detection>> Detect(
            int instance, IReadOnlyList<RgbImage> images, CancellationToken givenUp)
        {
            Running.Set();
            released.Wait(givenUp);
            return [.. images.Select(_ => Array.Empty<Detection>())];
        }

        public void Dispose()
        {
            released.Dispose();
            Running.Dispose();
        }
    }
}
