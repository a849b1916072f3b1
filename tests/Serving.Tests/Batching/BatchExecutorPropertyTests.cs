using CsCheck;
using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Batching;

/// <summary>Many callers at a time, who give up and run out of time whenever they please.</summary>
public sealed class BatchExecutorPropertyTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly Gen<Caller> Callers = Gen.Select(
        Gen.Int[0, 2], Gen.Bool, Gen.Int[0, 3], Gen.Int[0, 3], (size, isLive, whatEnds, milliseconds) =>
            new Caller(size, isLive ? RequestClass.Live : RequestClass.Background, whatEnds == 0, whatEnds == 1 ? milliseconds : null));

    [Fact]
    public void Each_image_gets_its_own_answer_once_or_is_told_why_not_and_none_is_executed_after_it_left() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 4], Callers.Array[1, 40]).Sample(
            (instances, maxBatchSize, callers) => Check(instances, maxBatchSize, callers),
            iter: 300,
            threads: 2);

    private static void Check(int instances, int maxBatchSize, Caller[] callers)
    {
        var clock = new FakeTimeProvider();
        using var detector = new FakeDetector();
        using var clients = new CancellationTokenSource();
        var images = new RgbImage[callers.Length];
        var answers = new Task<DetectedImage>[callers.Length];
        using (var executor = new BatchExecutor(
            new ExecutionOptions { Instances = instances },
            new BatchingOptions { MaxBatchSize = maxBatchSize, MaxQueueLength = 10, MaxQueueDelayMs = 1 },
            clock))
        {
            for (var number = 0; number < callers.Length; number++)
            {
                var caller = callers[number];
                images[number] = FakeDetector.Image(number, width: 4 + caller.Size);
                var timeout = TimeSpan.FromMilliseconds(caller.TimeoutMs ?? 1_000_000);
                var terms = RequestTerms.Live(clock, timeout, caller.GoesAway ? clients.Token : CancellationToken.None);
                answers[number] = executor.DetectAsync(detector, images[number], terms with { Class = caller.Class });
                if (number == callers.Length / 2)
                {
                    clients.Cancel();
                    clock.Advance(TimeSpan.FromMilliseconds(2));
                }
            }

            clock.Advance(TimeSpan.FromMilliseconds(5));
            Assert.True(Task.WhenAll(answers).ContinueWith(_ => { }, TaskScheduler.Default).Wait(Patience), "an image was lost");
        }

        Array.ForEach(images, image => image.Dispose());
        var executed = detector.Batches.SelectMany(batch => batch).ToArray();
        Assert.False(detector.HasShared, "two executions at a time had one instance");
        Assert.False(detector.HasMixed, "a batch had several sizes");
        Assert.All(detector.Batches, batch => Assert.InRange(batch.Length, 1, maxBatchSize));
        Assert.All(detector.Batches, batch => Assert.Single(batch.Select(number => callers[number].Class).Distinct()));
        Assert.Equal(executed.Distinct().Count(), executed.Length);
        for (var number = 0; number < callers.Length; number++)
        {
            RequireOneEnd(number, callers[number], answers[number], executed.Contains(number));
        }
    }

    private static void RequireOneEnd(int number, Caller caller, Task<DetectedImage> answer, bool wasExecuted)
    {
        if (answer.IsCompletedSuccessfully)
        {
            Assert.True(wasExecuted, "answered without an execution");
            Assert.Equal(number, Assert.Single(answer.Result.Detections).Label);
            return;
        }

        Assert.False(wasExecuted, "executed after it left");
        if (answer.IsCanceled || answer.Exception?.InnerException is OperationCanceledException)
        {
            Assert.True(caller.GoesAway, "its client waited");
            return;
        }

        var kind = Assert.IsType<RefusedRequestException>(answer.Exception?.InnerException).Fault.Kind;
        Assert.True(kind == FaultKind.QueueFull || (kind == FaultKind.DeadlineExceeded && caller.TimeoutMs is not null), kind.Outcome);
    }

    private sealed record Caller(int Size, RequestClass Class, bool GoesAway, int? TimeoutMs);
}
