using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Batching;

public sealed class BatchExecutorTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly FakeTimeProvider clock = new();
    private readonly FakeDetector detector = new() { IsHeld = true };
    private readonly List<RgbImage> images = [];
    private readonly BatchExecutor executor;

    public BatchExecutorTests()
    {
        var batching = new BatchingOptions { MaxBatchSize = 4, MaxQueueLength = 8, MaxQueueDelayMs = 1_000 };
        executor = new BatchExecutor(new ExecutionOptions(), batching, clock);
    }

    [Fact]
    public async Task A_lone_image_is_executed_at_once_and_not_after_the_delay()
    {
        var detected = Detect(7);
        await detector.Begun();
        detector.Release();

        var answer = await detected.WaitAsync(Patience, Token);

        Assert.Equal(7, Assert.Single(answer.Detections).Label);
        Assert.Equal(1, answer.BatchSize);
        Assert.Equal(TimeSpan.Zero, answer.QueueTime);
    }

    [Fact]
    public async Task What_comes_while_all_instances_are_busy_is_executed_together()
    {
        var first = Detect(1);
        await detector.Begun();
        Task<DetectedImage>[] later = [Detect(2), Detect(3), Detect(4)];
        Assert.Equal(3, executor.Waiting(detector));
        Assert.Equal(1, executor.BusyInstances);
        clock.Advance(TimeSpan.FromMilliseconds(30));
        detector.Release(2);

        var answers = await Task.WhenAll([first, .. later]).WaitAsync(Patience, Token);

        Assert.Equal([1], detector.Batches[0]);
        Assert.Equal([2, 3, 4], detector.Batches[1]);
        Assert.Equal([1, 2, 3, 4], answers.Select(answer => answer.Detections[0].Label));
        Assert.Equal([1, 3, 3, 3], answers.Select(answer => answer.BatchSize));
        Assert.All(answers[1..], answer => Assert.Equal(TimeSpan.FromMilliseconds(30), answer.QueueTime));
        Assert.Equal(TimeSpan.FromMilliseconds(30), answers[0].InferenceTime);
    }

    [Fact]
    public async Task A_deadline_takes_an_image_out_on_time_even_while_an_execution_runs()
    {
        var first = Detect(1);
        await detector.Begun();
        var late = Detect(2, timeout: TimeSpan.FromSeconds(1));
        var patient = Detect(3, timeout: TimeSpan.FromSeconds(9));

        clock.Advance(TimeSpan.FromSeconds(1));

        var refusal = await Assert.ThrowsAsync<RefusedRequestException>(() => late.WaitAsync(Patience, Token));
        Assert.Equal(FaultKind.DeadlineExceeded, refusal.Fault.Kind);
        Assert.False(first.IsCompleted);
        detector.Release(2);
        await Task.WhenAll(first, patient).WaitAsync(Patience, Token);
        Assert.Equal([[1], [3]], detector.Batches);
    }

    [Fact]
    public async Task A_client_that_goes_away_takes_its_image_out_before_it_is_executed()
    {
        using var client = new CancellationTokenSource();
        var first = Detect(1);
        await detector.Begun();
        var gone = Detect(2, aborted: client.Token);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Patience, Token));
        Assert.Equal(0, executor.Waiting(detector));
        detector.Release();
        await first.WaitAsync(Patience, Token);
        Assert.Equal([[1]], detector.Batches);
    }

    [Fact]
    public async Task An_execution_that_nobody_waits_for_ends_and_the_next_begins()
    {
        using var client = new CancellationTokenSource();
        var gone = Detect(1, aborted: client.Token);
        await detector.Begun();
        var next = Detect(2);

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gone.WaitAsync(Patience, Token));
        await detector.Begun();
        detector.Release();
        Assert.Equal(2, (await next.WaitAsync(Patience, Token)).Detections[0].Label);
    }

    [Fact]
    public async Task An_execution_that_somebody_still_waits_for_goes_on()
    {
        using var client = new CancellationTokenSource();
        var blocker = Detect(1);
        await detector.Begun();
        var gone = Detect(2, aborted: client.Token);
        var kept = Detect(3);
        detector.Release();
        await detector.Begun();

        await client.CancelAsync();

        Assert.False(gone.IsCompleted, "its pixels are in use, so it must not end");
        detector.Release();
        await Task.WhenAll(blocker, gone, kept).WaitAsync(Patience, Token);
        Assert.Equal([2, 3], detector.Batches[1]);
    }

    [Fact]
    public async Task A_request_that_was_aborted_before_it_came_is_not_queued()
    {
        using var client = new CancellationTokenSource();
        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Detect(1, aborted: client.Token));

        Assert.Empty(detector.Batches);
    }

    [Fact]
    public async Task A_failure_is_the_answer_of_its_batch_alone()
    {
        detector.OnExecution = () => throw new InferenceException("broken");
        detector.Release();
        await Assert.ThrowsAsync<InferenceException>(() => Detect(1).WaitAsync(Patience, Token));

        detector.OnExecution = null;
        detector.Release();
        Assert.Equal(2, (await Detect(2).WaitAsync(Patience, Token)).Detections[0].Label);
    }

    [Fact]
    public async Task What_images_cost_decides_what_is_refused_before_anything_is_spent_on_it()
    {
        detector.OnExecution = () => clock.Advance(TimeSpan.FromSeconds(10));
        detector.Release();
        await Detect(1).WaitAsync(Patience, Token);
        var running = Detect(2);
        await detector.Begun(2);
        var waiting = Detect(3);
        var terms = RequestTerms.Live(clock, TimeSpan.FromSeconds(15), CancellationToken.None);

        var early = Assert.Throws<RefusedRequestException>(() => executor.RequireTime(terms, requestsInFlight: 2));
        var decoded = Assert.Throws<RefusedRequestException>(() => executor.RequireRoom(detector, (4, 4), terms));

        Assert.Equal(FaultKind.QueueFull, early.Fault.Kind);
        Assert.Equal(TimeSpan.FromSeconds(5), early.Fault.RetryAfter);
        Assert.Equal(early.Fault, decoded.Fault);
        executor.RequireTime(RequestTerms.Live(clock, TimeSpan.FromSeconds(35), CancellationToken.None), requestsInFlight: 2);
        detector.Release(2);
        await Task.WhenAll(running, waiting).WaitAsync(Patience, Token);
    }

    [Fact]
    public async Task A_service_that_ends_finishes_what_runs_and_refuses_what_waits()
    {
        var running = Detect(1);
        await detector.Begun();
        var waiting = Detect(2);
        var end = Task.Run(executor.Dispose, Token);

        var refusal = await Assert.ThrowsAsync<RefusedRequestException>(() => waiting.WaitAsync(Patience, Token));
        detector.Release();
        await end.WaitAsync(Patience, Token);

        Assert.Equal(FaultKind.Draining, refusal.Fault.Kind);
        Assert.Equal(1, (await running).Detections[0].Label);
        refusal = await Assert.ThrowsAsync<RefusedRequestException>(() => Detect(3));
        Assert.Equal(FaultKind.Draining, refusal.Fault.Kind);
    }

    public void Dispose()
    {
        detector.Release(100);
        executor.Dispose();
        detector.Dispose();
        images.ForEach(image => image.Dispose());
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private Task<DetectedImage> Detect(int number, TimeSpan? timeout = null, CancellationToken? aborted = null)
    {
        var image = FakeDetector.Image(number);
        images.Add(image);
        var terms = RequestTerms.Live(clock, timeout ?? TimeSpan.FromHours(1), aborted ?? CancellationToken.None);
        return executor.DetectAsync(detector, image, terms);
    }
}
