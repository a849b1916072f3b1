using System.Diagnostics;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Tests.Models;
using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Serving.Tests.Observability;

public sealed class ServiceMetricsTests : IAsyncLifetime
{
    private const string Tiny = "model=\"tiny\",version=\"1\"";
    private readonly TinyRepository repository = new();
    private RepositoryService service = null!;

    public async ValueTask InitializeAsync()
    {
        repository.Publish(1);
        service = await RepositoryService.Start(repository.Root, ModelControl.Poll);
    }

    [Fact]
    public async Task Every_series_of_a_loaded_version_is_there_from_the_start()
    {
        var metrics = await Exposition.Of(service.Client);

        foreach (var protocol in new[] { "rest", "grpc", "detect" })
        {
            Assert.Equal(0, metrics[$"pipeline_request_duration_seconds_count{{{Tiny},protocol=\"{protocol}\"}}"]);
            foreach (var outcome in RequestOutcomes.All)
            {
                Assert.Equal(0, metrics[$"pipeline_requests_total{{{Tiny},protocol=\"{protocol}\",outcome=\"{outcome}\"}}"]);
                Assert.Equal(
                    0, metrics[$"pipeline_requests_total{{model=\"\",version=\"\",protocol=\"{protocol}\",outcome=\"{outcome}\"}}"]);
            }
        }

        foreach (var stage in new[] { "decode", "queue", "inference", "encode" })
        {
            Assert.Equal(0, metrics[$"pipeline_{stage}_duration_seconds_count{{{Tiny}}}"]);
        }

        Assert.Equal(0, metrics[$"pipeline_batch_size_count{{{Tiny}}}"]);
        Assert.Equal(0, metrics[$"pipeline_queue_requests{{{Tiny}}}"]);
        Assert.Equal(64, metrics[$"pipeline_queue_capacity_requests{{{Tiny}}}"]);
        Assert.Equal(0, metrics["pipeline_in_flight_requests"]);
        Assert.Equal((0, 1), (metrics["pipeline_instances_busy"], metrics["pipeline_instances"]));
        Assert.Equal(KittiClasses.Default.Count, metrics.Series($"pipeline_detections_total{{{Tiny},").Count);
        Assert.Equal(1, metrics[$"pipeline_model_state{{{Tiny},state=\"ready\"}}"]);
        Assert.Equal(0, metrics[$"pipeline_model_state{{{Tiny},state=\"failed\"}}"]);
        Assert.Equal(1, metrics["pipeline_model_loads_total{model=\"tiny\",result=\"ok\"}"]);
        Assert.Equal(0, metrics["pipeline_model_loads_total{model=\"tiny\",result=\"warmup\"}"]);
        Assert.Equal(1, metrics["pipeline_model_load_duration_seconds_count{model=\"tiny\"}"]);
        Assert.Single(metrics.Series($"pipeline_model_info{{{Tiny},precision=\"fp32\",digest=\""));
        Assert.Single(metrics.Series("pipeline_build_info{version=\""));
    }

    [Fact]
    public async Task The_histograms_have_a_bucket_at_each_objective()
    {
        var metrics = await Exposition.Of(service.Client);

        foreach (var bound in new[] { "0.001", "0.1", "0.3", "1", "30" })
        {
            Assert.Equal(0, metrics[$"pipeline_request_duration_seconds_bucket{{{Tiny},protocol=\"detect\",le=\"{bound}\"}}"]);
        }

        Assert.Equal(0, metrics[$"pipeline_queue_duration_seconds_bucket{{{Tiny},le=\"0.0001\"}}"]);
    }

    [Fact]
    public async Task Requests_count_by_how_they_end()
    {
        await Post(ServiceFixture.Png());
        await Post(ServiceFixture.Png());
        await Post("no image"u8.ToArray());

        var metrics = await Exposition.Of(service.Client);

        Assert.Equal(2, metrics[$"pipeline_requests_total{{{Tiny},protocol=\"detect\",outcome=\"ok\"}}"]);
        Assert.Equal(1, metrics[$"pipeline_requests_total{{{Tiny},protocol=\"detect\",outcome=\"invalid\"}}"]);
        Assert.Equal(2, metrics[$"pipeline_request_duration_seconds_count{{{Tiny},protocol=\"detect\"}}"]);
        Assert.Equal(2, metrics[$"pipeline_decode_duration_seconds_count{{{Tiny}}}"]);
        Assert.Equal(2, metrics[$"pipeline_queue_duration_seconds_count{{{Tiny}}}"]);
        Assert.Equal(2, metrics[$"pipeline_inference_duration_seconds_count{{{Tiny}}}"]);
        Assert.Equal(2, metrics[$"pipeline_batch_size_bucket{{{Tiny},le=\"1\"}}"]);
        Assert.Equal((2, 2), (metrics[$"pipeline_images_total{{{Tiny}}}"], metrics[$"pipeline_executions_total{{{Tiny}}}"]));
        Assert.Equal(
            metrics[$"pipeline_detection_score_count{{{Tiny}}}"],
            metrics.Series($"pipeline_detections_total{{{Tiny},").Sum(series => metrics[series]));
        Assert.Equal(0, metrics["pipeline_in_flight_requests"]);
    }

    [Fact]
    public async Task The_statistics_of_a_version_count_requests_images_and_executions()
    {
        var before = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Post(ServiceFixture.Png());
        await Post(ServiceFixture.Png());
        await Post("no image"u8.ToArray());

        var statistics = Assert.Single(service.Models.Statistics("tiny", "1"));

        Assert.Equal(("tiny", 1, 2, 2), (statistics.Name, statistics.Version, statistics.InferenceCount, statistics.ExecutionCount));
        Assert.True(statistics.LastInferenceMs >= before);
        var requests = statistics.Requests;
        Assert.Equal((2, 1), (requests.Success.Count, requests.Fail.Count));
        Assert.All(
            [requests.Queue, requests.ComputeInput, requests.ComputeInfer, requests.ComputeOutput], part => Assert.Equal(2, part.Count));
        Assert.InRange(requests.ComputeInfer.Nanoseconds, 1, requests.Success.Nanoseconds);
        var batch = Assert.Single(statistics.Batches);
        Assert.Equal((1, 2), (batch.BatchSize, batch.ComputeInfer.Count));
    }

    [Fact]
    public async Task A_name_from_a_request_becomes_no_label()
    {
        var metrics = new ServiceMetrics(MetricsEndpoint.NewRegistry(), maxBatchSize: 1, instances: 1, TimeProvider.System);
        var before = (await Exposition.Of(service.Client)).Series("pipeline_").Count;
        using (var observation = metrics.Begin(RequestProtocol.Rest))
        {
            Assert.Throws<RefusedRequestException>(() => service.Models.Lease("chosen-by-a-client", "77", observation));
            observation.Fail("chosen by a client");
            Assert.Equal("error", observation.Outcome);
        }

        var after = await Exposition.Of(service.Client);

        Assert.DoesNotContain("chosen", after.Text);
        Assert.Equal(before, after.Series("pipeline_").Count);
    }

    [Fact]
    public void Every_fault_has_an_outcome_of_the_list()
    {
        var kinds = typeof(FaultKind).GetProperties().Where(property => property.PropertyType == typeof(FaultKind));

        Assert.All(kinds, kind => Assert.Contains(((FaultKind)kind.GetValue(null)!).Outcome, RequestOutcomes.All));
    }

    [Fact]
    public async Task Promtool_finds_nothing_to_complain_about()
    {
        const string Promtool = "/usr/bin/promtool";
        if (!File.Exists(Promtool))
        {
            Assert.Skip("promtool, of the package prometheus, is not installed.");
        }

        await Post(ServiceFixture.Png());
        await Post("no image"u8.ToArray());
        BadVersions.Publish(repository, 2, "changed byte");
        await service.Update();
        var text = (await Exposition.Of(service.Client)).Text;
        Assert.Contains("process_cpu_seconds_total ", text);
        var start = new ProcessStartInfo(Promtool, ["check", "metrics"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(Cancellation);
        var errors = process.StandardError.ReadToEndAsync(Cancellation);
        await process.StandardInput.WriteAsync(text.AsMemory(), Cancellation);
        process.StandardInput.Close();
        await process.WaitForExitAsync(Cancellation);

        Assert.Equal((0, "", ""), (process.ExitCode, await output, await errors));
    }

    public async ValueTask DisposeAsync()
    {
        await service.DisposeAsync();
        repository.Dispose();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private async Task Post(byte[] body)
    {
        using var content = new ByteArrayContent(body);
        using var answer = await service.Client.PostAsync("/v1/detect", content, Cancellation);
        await answer.Content.ReadAsByteArrayAsync(Cancellation);
    }
}
