using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;

namespace Pipeline.Serving.Tests.Models;

/// <summary>The service over a repository, looking at its folder when a test says so.</summary>
internal sealed class RepositoryService : IAsyncDisposable
{
    private readonly WebApplication app;

    private RepositoryService(WebApplication app)
    {
        this.app = app;
        Client.BaseAddress = new Uri(app.Urls.First());
    }

    public HttpClient Client { get; } = new();

    /// <summary>Where gRPC listens, when it does.</summary>
    public string GrpcAddress => app.Urls.ElementAt(1);

    public ServedModels Models => app.Services.GetRequiredService<ServedModels>();

    public RepositoryControl Control => app.Services.GetRequiredService<RepositoryControl>();

    /// <summary>Starts it.</summary>
    /// <param name="root">The repository.</param>
    /// <param name="control">What decides after the start.</param>
    /// <param name="change">Changes the options.</param>
    /// <param name="grpcUrl">Where gRPC listens; null for a port of its own.</param>
    public static async Task<RepositoryService> Start(
        string root, ModelControl control, Func<RepositoryOptions, RepositoryOptions>? change = null, string? grpcUrl = "none")
    {
        var options = new RepositoryOptions { Models = root, Control = control, PollSeconds = 86_400, WarmUpSizes = ["64x48"] };
        var app = DetectionService.Build(new ServiceOptions
        {
            Repository = change?.Invoke(options) ?? options,
            Listen = new ListenOptions { Url = "http://127.0.0.1:0", GrpcUrl = grpcUrl },
        });
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new RepositoryService(app);
    }

    /// <summary>Looks at the folder.</summary>
    public Task Update() =>
        app.Services.GetRequiredService<RepositoryUpdates>().UpdateAsync(TestContext.Current.CancellationToken);

    /// <summary>State and reason of a version.</summary>
    public ModelStatus Status(int version, string name = TinyModel.Name) =>
        Assert.Single(Models.Index, status => status.Name == name && status.Version == version);

    /// <summary>States by version, as <c>1:Ready 2:Failed</c>.</summary>
    public string States(string name = TinyModel.Name) =>
        string.Join(' ', Models.Index.Where(status => status.Name == name).Select(status => $"{status.Version}:{status.State}"));

    /// <summary>Waits until versions that no request uses are unloaded.</summary>
    public async Task Settle()
    {
        while (Models.Index.Any(status => status.State == ModelState.Draining))
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
        }
    }

    /// <summary>The version that answers a request that names none.</summary>
    public int Served()
    {
        using var lease = Models.Lease(name: null, version: null);
        return lease.Manifest.Version;
    }

    /// <summary>Status and text of a path.</summary>
    public async Task<(int Status, string Text)> Get(string path)
    {
        using var answer = await Client.GetAsync(path, TestContext.Current.CancellationToken);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>The lines of the metrics.</summary>
    public async Task<string> Metrics() => (await Get("/metrics")).Text;

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
    }
}
