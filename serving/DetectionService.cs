using System.Globalization;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Prometheus;

namespace Pipeline.Serving;

/// <summary>What the service serves, and where.</summary>
public sealed record ServiceOptions
{
    /// <summary>The model repository.</summary>
    public string Models { get; init; } = "models";

    /// <summary>The model; may be left out when the repository holds only one.</summary>
    public string? Model { get; init; }

    /// <summary>The version; the newest when null.</summary>
    public int? Version { get; init; }

    /// <summary>Where to listen.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8080";

    /// <summary>What is refused.</summary>
    public ImageLimits Limits { get; init; } = new() { MaxFileBytes = 32_000_000 };
}

/// <summary>The HTTP service around one model.</summary>
public static class DetectionService
{
    /// <summary>Loads the model and builds the service; the caller runs and disposes it.</summary>
    /// <exception cref="UserErrorException">There is no such model, or it cannot be served.</exception>
    public static WebApplication Build(ServiceOptions options)
    {
        var model = DetectorModel.Load(FindModel(options));
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls(options.Url).ConfigureKestrel(kestrel => kestrel.Limits.MaxRequestBodySize = options.Limits.MaxFileBytes);
        builder.Logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.None);   // it would print a stack trace when the port is taken
        var registry = Metrics.NewCustomRegistry();
        builder.Services.AddSingleton(_ => model).AddSingleton(options.Limits).AddSingleton(new ServiceMetrics(registry)).AddProblemDetails();
        var app = builder.Build();
        app.UseExceptionHandler(new ExceptionHandlerOptions
        {
            // A body over the limit, or one that breaks off, is the client's fault.
            StatusCodeSelector = exception => exception is BadHttpRequestException refused ? refused.StatusCode : StatusCodes.Status500InternalServerError,
        }).UseStatusCodePages();
        app.UseRouting().UseHttpMetrics(metrics => (metrics.RequestDuration.Registry, metrics.RequestCount.Registry, metrics.InProgress.Registry) = (registry, registry, registry));
        app.MapPost("/v1/detect", DetectEndpoint.HandleAsync);
        app.MapGet("/healthz/live", () => "live");
        app.MapGet("/healthz/ready", () => "ready");
        app.MapMetrics(registry: registry);
        return app;
    }

    private static string FindModel(ServiceOptions options)
    {
        if (!Directory.Exists(options.Models))
        {
            throw new UserErrorException($"{options.Models}: there is no such model repository; name one with --models, or export a model into it.");
        }

        string[] names = [.. Directory.EnumerateDirectories(options.Models).Select(folder => Path.GetFileName(folder)!).Order(StringComparer.Ordinal)];
        var name = options.Model ?? (names.Length == 1 ? names[0] : throw new UserErrorException($"{options.Models}: holds {names.Length} models; choose one with --model{(names.Length > 0 ? ": " + string.Join(", ", names) : "")}."));
        var path = options.Version is { } version
            ? Path.Combine(options.Models, name, version.ToString(CultureInfo.InvariantCulture))
            : ModelDirectory.Latest(options.Models, name);
        return path ?? throw new UserErrorException($"{options.Models}: there is no version of a model '{name}'.");
    }
}
