using Pipeline.Serving.Commands;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols;
using Pipeline.Shared;
using Prometheus;

namespace Pipeline.Serving;

/// <summary>Composes the HTTP service: what it listens on, what answers, and what happens when a request fails.</summary>
public static class DetectionService
{
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(5);
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Loads the model and builds the service; the caller runs and disposes it.</summary>
    /// <exception cref="UserErrorException">
    /// An option is out of range, the model does not exist or cannot be served, or the service cannot listen on the address.
    /// </exception>
    public static WebApplication Build(ServiceOptions options)
    {
        OptionValidation.Require(options);
        var addresses = ListenAddress.ReadAll(options.Url);
        var model = ServedModel.Load(options);

        // Empty: neither the environment nor a settings file in the current folder says where to listen or what to log.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.MaxBodyBytes;
            foreach (var address in addresses)
            {
                address.Apply(kestrel);
            }
        });
        ServiceLog.Configure(builder.Logging, options.Verbosity);
        var registry = Metrics.NewCustomRegistry();
        builder.Services
            .AddRouting()
            .Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout)
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddHostedService<MalformedRequests>()
            .AddSingleton(_ => model)   // by a factory, so that the container disposes it
            .AddSingleton(options.Limits)
            .AddSingleton(new ServiceMetrics(registry));

        var app = builder.Build();
        app.UseRouting();
        app.Use(new HttpMetrics(registry).MeasureAsync);
        app.UseMiddleware<RequestFaults>();
        Map(app, registry);
        return app;
    }

    private static void Map(WebApplication app, CollectorRegistry registry)
    {
        app.MapPost("/v1/detect", DetectEndpoint.HandleAsync);
        app.MapMethods("/healthz/live", GetAndHead, () => "live");
        app.MapMethods("/healthz/ready", GetAndHead, () => "ready");
        app.MapMetrics(registry: registry).WithMetadata(new HttpMethodMetadata(GetAndHead));
    }
}
