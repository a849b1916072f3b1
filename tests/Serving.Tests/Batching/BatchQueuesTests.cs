using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests.Batching;

public sealed class BatchQueuesTests : IDisposable
{
    private static readonly ExecutionOptions OneInstance = new();
    private readonly FakeTimeProvider clock = new();
    private readonly FakeDetector detector = new();
    private readonly RgbImage image = FakeDetector.Image(0);

    [Fact]
    public void A_batch_holds_the_oldest_images_of_one_size_up_to_the_limit()
    {
        var queues = Queues(maxBatchSize: 2);
        PendingImage[] images = [Add(queues, 10), Add(queues, 10), Add(queues, 10)];

        Assert.Equal(images[..2], queues.Take()!.Images);
        Assert.Equal(images[2..], queues.Take()!.Images);
        Assert.Null(queues.Take());
    }

    [Fact]
    public void Within_the_delay_a_fuller_batch_goes_first_and_after_it_the_oldest_image()
    {
        var queues = Queues(maxBatchSize: 2, delayMs: 20);
        var lone = Add(queues, 10);
        PendingImage[] pair = [Add(queues, 11), Add(queues, 11)];
        PendingImage[] later = [Add(queues, 11), Add(queues, 11)];

        Assert.Equal(pair, queues.Take()!.Images);
        clock.Advance(TimeSpan.FromMilliseconds(20));
        Assert.Equal([lone], queues.Take()!.Images);
        Assert.Equal(later, queues.Take()!.Images);
    }

    [Fact]
    public void A_size_that_floods_the_service_does_not_keep_another_waiting_beyond_those_that_came_before()
    {
        var queues = Queues(maxBatchSize: 1);
        var before = Add(queues, 10);
        var other = Add(queues, 11);
        for (var flood = 0; flood < 50; flood++)
        {
            Add(queues, 10);
        }

        Assert.Equal([before], queues.Take()!.Images);
        Assert.Equal([other], queues.Take()!.Images);
    }

    [Fact]
    public void A_full_queue_refuses_with_the_time_after_which_to_try_again_and_leaves_the_other_sizes_alone()
    {
        var queues = Queues(length: 2);
        Add(queues, 10);
        Add(queues, 10);

        var refusal = queues.Add(Pending(10));

        Assert.Equal(FaultKind.QueueFull, refusal?.Kind);
        Assert.Equal(TimeSpan.FromSeconds(1), refusal?.RetryAfter);
        Assert.Null(queues.Add(Pending(11)));
        Assert.Equal(3, queues.Count);
        Assert.Equal(3, queues.Waiting(detector));
    }

    [Fact]
    public void Live_goes_first_and_background_gets_a_turn_after_sixteen_live_batches()
    {
        var queues = Queues(maxBatchSize: 1);
        var background = Add(queues, 10, RequestClass.Background);
        for (var live = 0; live < 20; live++)
        {
            Add(queues, 10);
        }

        for (var turn = 0; turn < QueueOrder.LiveBatchesPerBackground; turn++)
        {
            Assert.Equal(RequestClass.Live, queues.Take()!.Key.Class);
        }

        Assert.Equal([background], queues.Take()!.Images);
    }

    [Fact]
    public void An_image_that_would_begin_too_late_is_refused_at_once_and_one_with_more_time_is_not()
    {
        var queues = Queues(maxBatchSize: 1);
        Learn(queues, 10, TimeSpan.FromSeconds(2));
        Add(queues, 10);
        Add(queues, 10);
        Add(queues, 10);

        var late = queues.Add(Pending(10, timeout: TimeSpan.FromSeconds(5)));

        Assert.Equal(FaultKind.QueueFull, late?.Kind);
        Assert.Equal(TimeSpan.FromSeconds(1), late?.RetryAfter);
        Assert.Contains("would wait about 6.0 s, and it has 5.0 s", late?.Answer);
        Assert.Equal(FaultKind.QueueFull, queues.Check(RequestClass.Live, Deadline(TimeSpan.FromSeconds(5)), requestsInFlight: 0)?.Kind);
        Assert.Null(queues.Check(RequestClass.Live, Deadline(TimeSpan.FromSeconds(10)), requestsInFlight: 3));
        Assert.Equal(
            FaultKind.QueueFull, queues.Check(RequestClass.Live, Deadline(TimeSpan.FromSeconds(10)), requestsInFlight: 4)?.Kind);
        Assert.Null(queues.Add(Pending(10, timeout: TimeSpan.FromSeconds(8))));
    }

    [Fact]
    public void A_new_size_is_expected_to_cost_what_others_do_and_what_is_executed_counts_until_it_should_have_ended()
    {
        var queues = Queues(maxBatchSize: 1);
        Learn(queues, 10, TimeSpan.FromSeconds(4));
        Add(queues, 11);
        Assert.NotNull(queues.Take());
        var deadline = Deadline(TimeSpan.FromSeconds(3));

        Assert.Equal(FaultKind.QueueFull, queues.Check(RequestClass.Live, deadline, requestsInFlight: 0)?.Kind);
        clock.Advance(TimeSpan.FromSeconds(2.9));
        Assert.Equal(FaultKind.QueueFull, queues.Check(RequestClass.Live, deadline, requestsInFlight: 0)?.Kind);
        clock.Advance(TimeSpan.FromSeconds(2));
        Assert.Null(queues.Check(RequestClass.Live, Deadline(TimeSpan.FromSeconds(1)), requestsInFlight: 1));
    }

    [Fact]
    public void An_idle_service_never_refuses_for_what_images_cost()
    {
        var queues = Queues();
        Learn(queues, 10, TimeSpan.FromMinutes(10));

        Assert.Null(queues.Add(Pending(10, timeout: TimeSpan.FromMilliseconds(1))));
    }

    [Fact]
    public void Live_requests_do_not_wait_for_background_work_and_background_work_waits_for_all()
    {
        var queues = Queues(maxBatchSize: 1);
        Learn(queues, 10, TimeSpan.FromSeconds(10));
        Add(queues, 10, RequestClass.Background);
        var deadline = Deadline(TimeSpan.FromSeconds(5));

        Assert.Null(queues.Check(RequestClass.Live, deadline, requestsInFlight: 0));
        Assert.Equal(FaultKind.QueueFull, queues.Check(RequestClass.Background, deadline, requestsInFlight: 0)?.Kind);
    }

    [Fact]
    public void A_deadline_that_has_passed_refuses_and_takes_out_what_waits()
    {
        var queues = Queues(maxBatchSize: 4);
        var late = Add(queues, 10, timeout: TimeSpan.FromSeconds(1));
        var patient = Add(queues, 10);
        clock.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal(FaultKind.DeadlineExceeded, queues.Add(Pending(10, timeout: TimeSpan.Zero))?.Kind);
        Assert.Equal([patient], queues.Take()!.Images);
        Assert.Equal(FaultKind.DeadlineExceeded, Refused(late).Kind);
        Assert.Equal(0, queues.Count);
    }

    [Fact]
    public void A_batch_of_large_images_is_bounded_by_its_bytes()
    {
        using var large = RgbImage.Allocate(5_000, 6_000);
        var queues = Queues(maxBatchSize: 8);
        for (var count = 0; count < 5; count++)
        {
            var key = new BatchKey(detector, large.WidthPixels, large.HeightPixels, RequestClass.Live);
            Assert.Null(queues.Add(new PendingImage(key, large, clock.GetTimestamp(), long.MaxValue)));
        }

        Assert.Equal(2, queues.Take()!.Images.Count);   // of 90 MB each
    }

    [Fact]
    public void Closing_fails_what_waits_and_refuses_what_comes()
    {
        var queues = Queues();
        var waiting = Add(queues, 10);

        queues.Close();

        Assert.Equal(FaultKind.Draining, Refused(waiting).Kind);
        Assert.Equal(FaultKind.Draining, queues.Add(Pending(10))?.Kind);
        Assert.Equal(FaultKind.Draining, queues.Check(RequestClass.Live, long.MaxValue, requestsInFlight: 0)?.Kind);
        Assert.False(queues.TryRemove(waiting));
        Assert.Null(queues.Take());
    }

    [Theory]
    [InlineData(ExecutionProvider.Cpu, null, 1)]
    [InlineData(ExecutionProvider.Cuda, null, 8)]
    [InlineData(ExecutionProvider.TensorRt, null, 8)]
    [InlineData(ExecutionProvider.Cpu, 4, 4)]
    public void The_default_batch_limit_depends_on_the_provider(ExecutionProvider provider, int? chosen, int expected)
    {
        var queues = new BatchQueues(new ExecutionOptions { Provider = provider }, new BatchingOptions { MaxBatchSize = chosen }, clock);

        Assert.Equal(expected, queues.MaxBatchSize);
    }

    public void Dispose()
    {
        image.Dispose();
        detector.Dispose();
    }

    private static RequestFault Refused(PendingImage pending) =>
        Assert.IsType<RefusedRequestException>(pending.Result.Exception?.InnerException).Fault;

    private BatchQueues Queues(int? maxBatchSize = null, int length = 64, double delayMs = 20) => new(
        OneInstance, new BatchingOptions { MaxBatchSize = maxBatchSize, MaxQueueLength = length, MaxQueueDelayMs = delayMs }, clock);

    /// <summary>Executes one image, so that the queues know what it costs.</summary>
    private void Learn(BatchQueues queues, int width, TimeSpan cost)
    {
        Add(queues, width);
        using var batch = queues.Take()!;
        queues.Ended(batch, cost);
    }

    private PendingImage Add(BatchQueues queues, int width, RequestClass requestClass = RequestClass.Live, TimeSpan? timeout = null)
    {
        var pending = Pending(width, requestClass, timeout);
        Assert.Null(queues.Add(pending));
        return pending;
    }

    private PendingImage Pending(int width, RequestClass requestClass = RequestClass.Live, TimeSpan? timeout = null) => new(
        new BatchKey(detector, width, HeightPixels: 4, requestClass),
        image,
        clock.GetTimestamp(),
        timeout is { } left ? Deadline(left) : long.MaxValue);

    private long Deadline(TimeSpan left) => RequestTerms.Live(clock, left, CancellationToken.None).Deadline;
}
