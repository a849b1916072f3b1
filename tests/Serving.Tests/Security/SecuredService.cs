using Microsoft.AspNetCore.Builder;
using Pipeline.Serving.Configuration;

namespace Pipeline.Serving.Tests.Security;

/// <summary>The service with a tiny model and options of its own, inside the test process.</summary>
internal sealed class SecuredService : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string root;

    private SecuredService(WebApplication app, string root)
    {
        this.app = app;
        this.root = root;
    }

    /// <summary>Its addresses: HTTP, gRPC, and metrics if they have one.</summary>
    public IReadOnlyList<Uri> Addresses => [.. app.Urls.Select(url => new Uri(url))];

    public static async Task<SecuredService> Start(Func<ServiceOptions, ServiceOptions> configure)
    {
        var root = Directory.CreateTempSubdirectory("secured").FullName;
        TinyModel.Export(root);
        var app = DetectionService.Build(configure(ServiceFixture.Options(root, "http://127.0.0.1:0")));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new SecuredService(app, root);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }
}
