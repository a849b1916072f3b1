using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Pipeline.Serving.Configuration;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Tests;

/// <summary>The service with a tiny model, inside the test process.</summary>
public sealed class ServiceFixture : IAsyncLifetime
{
    private readonly string root = Directory.CreateTempSubdirectory("service").FullName;
    private WebApplication app = null!;

    /// <summary>A client of the service.</summary>
    public HttpClient Client { get; } = new();

    /// <summary>Where gRPC listens.</summary>
    public Uri GrpcAddress => new(app.Urls.ElementAt(1));

    /// <summary>Everything that it serves.</summary>
    internal IReadOnlyList<Endpoint> Endpoints => app.Services.GetRequiredService<EndpointDataSource>().Endpoints;

    public async ValueTask InitializeAsync()
    {
        TinyModel.Export(root);
        var options = Options(root, "http://127.0.0.1:0");
        app = DetectionService.Build(options with
        {
            Limits = options.Limits with { MaxBodyBytes = 1_000_000, MaxPixels = 1_000_000 },
        });
        await app.StartAsync();
        Client.BaseAddress = new Uri(app.Urls.First());
    }

    /// <summary>A service of all models of a repository, with the defaults.</summary>
    internal static ServiceOptions Options(string models, string url) => new()
    {
        Repository = new RepositoryOptions { Models = models },
        Listen = new ListenOptions { Url = url },
    };

    /// <summary>A small PNG of noise.</summary>
    public static byte[] Png()
    {
        using var image = RgbImage.Allocate(64, 48);
        new Random(1).NextBytes(image.Pixels);
        return ImageEncoder.Png(image);
    }

    /// <summary>A black PNG: many pixels in few bytes.</summary>
    public static byte[] BlackPng(int widthPixels, int heightPixels)
    {
        using var image = RgbImage.Allocate(widthPixels, heightPixels);
        image.Pixels.Clear();
        return ImageEncoder.Png(image);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await app.DisposeAsync();
        Directory.Delete(root, recursive: true);
    }
}
