using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols;
using Pipeline.Shared;
using Prometheus;

namespace Pipeline.Serving;

/// <summary>The HTTP service around one model.</summary>
public static class DetectionService
{
    private static readonly TimeSpan LongestFarewell = TimeSpan.FromSeconds(5);
    private static readonly string[] Readable = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Loads the model and builds the service; the caller runs and disposes it.</summary>
    /// <exception cref="UserErrorException">There is no such model, it cannot be served, or the address cannot be listened on.</exception>
    public static WebApplication Build(ServiceOptions options)
    {
        var addresses = ListenAddress.ReadAll(options.Url);
        var model = DetectorModel.Load(ModelSelection.Find(options));
        var registry = Metrics.NewCustomRegistry();
        var httpMetrics = new HttpMetrics(registry);

        // Empty: neither the environment nor a settings file in the current folder says where to listen or what to show.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaxFileBytes;
            foreach (var address in addresses)
            {
                address.Apply(kestrel);
            }
        });
        ServiceLog.Configure(builder.Logging, options.Verbosity);
        builder.Services
            .AddRouting()
            .Configure<HostOptions>(host => host.ShutdownTimeout = LongestFarewell)
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddHostedService<MalformedRequests>()
            .AddSingleton(_ => model)
            .AddSingleton(options.Limits)
            .AddSingleton(new ServiceMetrics(registry));

        var app = builder.Build();
        app.UseRouting();
        app.Use(httpMetrics.MeasureAsync);
        app.UseMiddleware<RequestFaults>();
        Map(app, registry);
        return app;
    }

    private static void Map(WebApplication app, CollectorRegistry registry)
    {
        app.MapPost("/v1/detect", DetectEndpoint.HandleAsync);
        app.MapMethods("/healthz/live", Readable, () => "live");
        app.MapMethods("/healthz/ready", Readable, () => "ready");
        app.MapMetrics(registry: registry).WithMetadata(new HttpMethodMetadata(Readable));
    }
}
