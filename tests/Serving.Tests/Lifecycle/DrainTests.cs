using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Tests.Models;

namespace Pipeline.Serving.Tests.Lifecycle;

/// <summary>The service says that it is ending before it stops accepting.</summary>
public sealed class DrainTests : IAsyncLifetime
{
    private readonly TinyRepository repository = new();
    private readonly HttpClient client = new();
    private WebApplication app = null!;

    public async ValueTask InitializeAsync()
    {
        repository.Publish(1);
        app = DetectionService.Build(new ServiceOptions
        {
            Repository = new RepositoryOptions { Models = repository.Root, WarmUpSizes = [] },
            Listen = new ListenOptions { Url = "http://127.0.0.1:0", GrpcUrl = "none" },
            Lifecycle = new LifecycleOptions { DrainDelayMs = 1_500 },
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        client.BaseAddress = new Uri(app.Urls.First());
    }

    [Fact]
    public async Task While_it_drains_it_is_not_ready_but_live_and_answers_on_connections_that_end()
    {
        var readiness = app.Services.GetRequiredService<ServiceReadiness>();
        var end = app.StopAsync(TestContext.Current.CancellationToken);
        while (!readiness.IsDraining)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }

        var ready = await client.GetAsync("/healthz/ready", TestContext.Current.CancellationToken);
        using var image = new ByteArrayContent(ServiceFixture.Png());
        var detect = await client.PostAsync("/v1/detect", image, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(
            "not ready: the service is ending", await ready.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal(
            HttpStatusCode.OK, (await client.GetAsync("/healthz/live", TestContext.Current.CancellationToken)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, detect.StatusCode);
        Assert.True(detect.Headers.ConnectionClose);
        await end;
        await Assert.ThrowsAsync<HttpRequestException>(
            () => client.GetAsync("/healthz/live", TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        client.Dispose();
        await app.DisposeAsync();
        repository.Dispose();
    }
}
