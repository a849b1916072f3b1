using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.Description;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Prometheus;

namespace Pipeline.Serving;

/// <summary>Composes the HTTP service: what it listens on, what answers, and what happens when a request fails.</summary>
public static class DetectionService
{
    /// <summary>Loads the models and builds the service; the caller runs and disposes it.</summary>
    /// <exception cref="UserErrorException">
    /// An option is out of range, a model does not exist or cannot be served, or the service cannot listen on the address.
    /// </exception>
    public static WebApplication Build(ServiceOptions options)
    {
        OptionRules.Check(options);
        var addresses = ListenAddress.ReadAll(options.Listen.Url);
        var executor = new BatchExecutor(options.Execution, options.Batching, TimeProvider.System);
        var registry = Metrics.NewCustomRegistry();
        var metrics = new ServiceMetrics(
            registry,
            maxBatchSize: options.Batching.MaxBatchSize ?? options.Execution.DefaultMaxBatchSize,
            instances: options.Execution.Instances,
            TimeProvider.System);
        var models = ServedModels.Load(options, executor, metrics);

        // Empty: neither the environment nor a settings file in the current folder says where to listen or what to log.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = options.Limits.MaxBodyBytes;
            foreach (var address in addresses)
            {
                address.Apply(kestrel);
            }
        });
        ServiceLog.Configure(builder.Logging, options.Verbosity);
        builder.Services
            .AddRouting()
            .Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromMilliseconds(options.Lifecycle.ShutdownTimeoutMs))
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddHostedService<MalformedRequests>()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(_ => executor)   // by a factory, so that the container disposes it
            .AddSingleton(_ => models)
            .AddSingleton(options.Limits)
            .AddSingleton<RequestAdmission>()
            .AddSingleton<ImageIntake>()
            .AddSingleton<DetectEndpoint>()
            .AddApiDocument()
            .AddSingleton(options.Repository)
            .AddSingleton<RepositoryControl>()
            .AddSingleton<ServiceReadiness>()
            .AddSingleton(registry)
            .AddSingleton(metrics);

        var app = builder.Build();
        app.UseRouting();
        app.Use(new HttpMetrics(registry).MeasureAsync);
        app.Use(ObservedEndpoints.MeasureAsync);
        app.UseMiddleware<RequestFaults>();
        Map(app);
        return app;
    }

    private static void Map(WebApplication app)
    {
        app.MapDetect();
        app.MapApiDocument();
        app.MapHealth();
        app.MapServiceMetrics();
    }
}
