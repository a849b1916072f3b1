using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Tests.Batching;

namespace Pipeline.Serving.Tests.Admission;

public sealed class AdmissionTests : IDisposable
{
    private readonly FakeTimeProvider clock = new();
    private readonly BatchExecutor executor;
    private readonly RequestAdmission admission;

    public AdmissionTests()
    {
        executor = new BatchExecutor(new ExecutionOptions(), new BatchingOptions(), clock);
        admission = new RequestAdmission(new LimitOptions { MaxRequestsInFlight = 2, MaxBytesInFlight = 1_000 }, executor, clock);
    }

    [Fact]
    public void Requests_are_bounded_and_a_place_is_free_again_when_one_ends()
    {
        using var first = admission.Enter();
        using var second = admission.Enter();

        var refused = Assert.Throws<RefusedRequestException>(() => admission.Enter()).Fault;
        Assert.Equal(FaultKind.QueueFull, refused.Kind);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal(2, admission.InFlight);

        second.Dispose();
        second.Dispose();
        Assert.Equal(1, admission.InFlight);
        using var third = admission.Enter();
        Assert.Throws<RefusedRequestException>(() => admission.Enter());
    }

    [Fact]
    public void Memory_is_bounded_for_all_requests_together()
    {
        using var first = admission.Enter();
        using var second = admission.Enter();
        first.Reserve(600);

        var refused = Assert.Throws<RefusedRequestException>(() => second.Reserve(401)).Fault;

        Assert.Equal(FaultKind.QueueFull, refused.Kind);
        Assert.NotNull(refused.RetryAfter);
        second.Reserve(400);
        Assert.Equal(1_000, admission.BytesInFlight);
        first.Release(100);
        second.Reserve(100);
        first.Dispose();
        Assert.Equal(500, admission.BytesInFlight);
    }

    [Theory]
    [InlineData(0, 1_001)]
    [InlineData(0, long.MaxValue)]
    [InlineData(900, 101)]
    public void A_request_that_alone_needs_more_than_there_is_is_too_large_and_not_to_be_sent_again(long before, long more)
    {
        using var other = admission.Enter();
        using var ticket = admission.Enter();
        other.Reserve(50);
        ticket.Reserve(before);

        var refused = Assert.Throws<RefusedRequestException>(() => ticket.Reserve(more)).Fault;

        Assert.Equal(FaultKind.TooLarge, refused.Kind);
        Assert.Null(refused.RetryAfter);
        Assert.Contains("Send fewer images", refused.Answer);
        Assert.Equal(50 + before, admission.BytesInFlight);
    }

    [Fact]
    public void A_request_that_has_ended_can_neither_reserve_nor_return_anything()
    {
        var ticket = admission.Enter();
        ticket.Reserve(10);
        ticket.Dispose();

        ticket.Release(10);
        Assert.Throws<ObjectDisposedException>(() => ticket.Reserve(1));

        Assert.Equal(0, admission.BytesInFlight);
    }

    [Fact]
    public void More_than_was_reserved_cannot_be_returned()
    {
        using var ticket = admission.Enter();
        ticket.Reserve(10);

        Assert.Throws<ArgumentOutOfRangeException>(() => ticket.Release(11));
        Assert.Throws<ArgumentOutOfRangeException>(() => ticket.Release(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => ticket.Reserve(-1));

        Assert.Equal(10, admission.BytesInFlight);
    }

    [Fact]
    public async Task A_request_that_would_begin_too_late_is_refused_before_its_body_is_read()
    {
        using var detector = new FakeDetector { IsHeld = true, OnExecution = () => clock.Advance(TimeSpan.FromSeconds(10)) };
        using var image = FakeDetector.Image(1);
        var patient = RequestTerms.Live(clock, TimeSpan.FromHours(1), CancellationToken.None);
        detector.Release();
        await executor.DetectAsync(detector, image, patient);
        var running = executor.DetectAsync(detector, image, patient);
        await detector.Begun(2);

        var hurried = RequestTerms.Live(clock, TimeSpan.FromSeconds(9), CancellationToken.None);
        var refused = Assert.Throws<RefusedRequestException>(() => admission.Enter(hurried)).Fault;

        Assert.Equal(FaultKind.QueueFull, refused.Kind);
        Assert.NotNull(refused.RetryAfter);
        Assert.Equal(0, admission.InFlight);
        using var accepted = admission.Enter(patient);
        detector.Release();
        await running;
    }

    [Fact]
    public void A_service_that_ends_takes_no_more_requests()
    {
        executor.Dispose();

        Assert.Equal(FaultKind.Draining, Assert.Throws<RefusedRequestException>(() => admission.Enter()).Fault.Kind);
        Assert.Equal(0, admission.InFlight);
    }

    public void Dispose() => executor.Dispose();
}
