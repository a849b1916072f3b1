using Microsoft.Extensions.Time.Testing;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Tests.Inference;
using Pipeline.Shared.Imaging;
using Prometheus;

namespace Pipeline.Serving.Tests.Admission;

public sealed class ImageIntakeTests : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("intake").FullName;
    private readonly FakeTimeProvider clock = new();
    private readonly BatchExecutor executor;
    private readonly ServedVersion version;
    private readonly RequestAdmission admission;
    private readonly ModelLease lease;
    private readonly AdmissionTicket ticket;
    private readonly byte[] png = ServiceFixture.BlackPng(40, 30);

    public ImageIntakeTests()
    {
        var limits = new LimitOptions { MaxBytesInFlight = 100_000 };
        executor = new BatchExecutor(new ExecutionOptions(), new BatchingOptions(), clock);
        version = new ServedVersion(
            DetectorModel.Load(SumModel.Publish(root)),
            limits.Images,
            new ServiceMetrics(Metrics.NewCustomRegistry(), maxBatchSize: 1, instances: 1, clock));
        admission = new RequestAdmission(limits, executor, clock);
        lease = new ModelLease(version, executor, observation: null, giveBack: _ => { });
        ticket = admission.Enter();
    }

    [Fact]
    public async Task An_image_keeps_the_memory_of_its_pixels_until_the_request_ends()
    {
        using var intake = new ImageIntake(clock, cores: 1);

        using var image = await intake.DecodeAsync(png, "body", lease, ticket, Terms());

        Assert.Equal(image.BufferBytes, admission.BytesInFlight);
        ticket.Dispose();
        Assert.Equal(0, admission.BytesInFlight);
    }

    [Fact]
    public async Task A_damaged_image_leaves_nothing_reserved()
    {
        using var intake = new ImageIntake(clock, cores: 1);
        var damaged = png[..^20];

        await Assert.ThrowsAsync<ImageException>(() => intake.DecodeAsync(damaged, "body", lease, ticket, Terms()));
        ticket.Dispose();

        Assert.Equal(0, admission.BytesInFlight);
        ticket.Dispose();
    }

    [Fact]
    public async Task A_request_that_waits_for_a_core_leaves_when_its_time_is_over()
    {
        using var busy = new ImageIntake(clock, cores: 0);
        var waiting = busy.DecodeAsync(png, "body", lease, ticket, Terms(TimeSpan.FromSeconds(2)));

        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False(waiting.IsCompleted);
        clock.Advance(TimeSpan.FromSeconds(1));

        var refused = await Assert.ThrowsAsync<RefusedRequestException>(() => waiting);
        Assert.Equal(FaultKind.DeadlineExceeded, refused.Fault.Kind);
        ticket.Dispose();
        Assert.Equal(0, admission.BytesInFlight);
    }

    [Fact]
    public async Task A_client_that_goes_away_leaves_the_wait_for_a_core()
    {
        using var busy = new ImageIntake(clock, cores: 0);
        using var client = new CancellationTokenSource();
        var waiting = busy.DecodeAsync(png, "body", lease, ticket, Terms() with { Aborted = client.Token });

        await client.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        ticket.Dispose();
        Assert.Equal(0, admission.BytesInFlight);
    }

    [Fact]
    public async Task An_image_that_needs_more_memory_than_there_is_is_refused_by_its_header()
    {
        using var intake = new ImageIntake(clock, cores: 0);   // nothing can be decoded
        var large = ServiceFixture.BlackPng(400, 300);

        var refused = await Assert.ThrowsAsync<RefusedRequestException>(
            () => intake.DecodeAsync(large, "body", lease, ticket, Terms()));

        Assert.Equal(FaultKind.TooLarge, refused.Fault.Kind);
        Assert.Equal(0, admission.BytesInFlight);
    }

    [Fact]
    public async Task An_image_that_could_not_be_executed_is_refused_before_it_is_decoded()
    {
        using var intake = new ImageIntake(clock, cores: 0);
        executor.Dispose();

        var refused = await Assert.ThrowsAsync<RefusedRequestException>(() => intake.DecodeAsync(png, "body", lease, ticket, Terms()));

        Assert.Equal(FaultKind.Draining, refused.Fault.Kind);
        Assert.Equal(0, admission.BytesInFlight);
    }

    public void Dispose()
    {
        ticket.Dispose();
        lease.Dispose();
        executor.Dispose();
        version.Dispose();
        Directory.Delete(root, recursive: true);
    }

    private RequestTerms Terms(TimeSpan? timeout = null) =>
        RequestTerms.Live(clock, timeout ?? TimeSpan.FromHours(1), CancellationToken.None);
}
