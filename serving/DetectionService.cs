using Pipeline.Serving.Admission;
using Pipeline.Serving.Batching;
using Pipeline.Serving.Commands;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Listening;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.Description;
using Pipeline.Serving.Protocols.Detect;
using Pipeline.Serving.Protocols.OpenInference;
using Pipeline.Serving.Protocols.OpenInference.Grpc;
using Pipeline.Serving.Protocols.OpenInference.Rest;
using Pipeline.Serving.Security;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Prometheus;

namespace Pipeline.Serving;

/// <summary>Composes the HTTP service: what it listens on, what answers, and what happens when a request fails.</summary>
public static class DetectionService
{
    /// <summary>Loads the models and builds the service; the caller runs and disposes it.</summary>
    /// <exception cref="UserErrorException">
    /// An option is out of range, this build or machine lacks the provider, a model does not exist or cannot be served, or the service
    /// cannot listen on the address.
    /// </exception>
    public static WebApplication Build(ServiceOptions options)
    {
        OptionRules.Check(options);
        DetectorModel.RequireProvider(options.Execution);
        var server = new ServerSetup(options);
        var keys = ApiKeys.Read(options.Security);

        // Empty: neither the environment nor a settings file in the current folder says where to listen or what to log.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().UseKestrelHttpsConfiguration().ConfigureKestrel(server.Apply);
        ServiceLog.Configure(builder.Logging, options.Verbosity);
        builder.Services
            .AddOpenInferenceGrpc(options)
            .AddRouting()
            .Configure<HostOptions>(host => host.ShutdownTimeout = EndWithin(options.Lifecycle))
            .AddSingleton<IHostLifetime, CommandLifetime>()
            .AddHostedService<MalformedRequests>()
            .AddSingleton(TimeProvider.System)
            .AddSingleton(options)
            .AddSingleton(keys)
            .AddSingleton(options.Limits)
            .AddSingleton(options.Repository)
            .AddSingleton(options.Lifecycle)
            .AddSingleton(options.Execution)
            .AddSingleton(options.Batching)
            .AddSingleton(MetricsEndpoint.NewRegistry())
            .AddSingleton(Measuring)
            .AddSingleton<RequestIdentity>()
            .AddSingleton<RefusalLog>()
            .AddSingleton<RequestAdmission>()
            .AddSingleton<ImageIntake>()
            .AddSingleton<DetectEndpoint>()
            .AddApiDocument()
            .AddSingleton<InferenceService>()
            .AddSingleton<ServiceReadiness>()
            .AddSingleton<OpenConnections>()
            .AddHostedService<GracefulEnd>()
            .AddSingleton<VersionLoading>()
            .AddSingleton(new BatchExecutor(options.Execution, options.Batching, TimeProvider.System))   // ended by the models
            .AddSingleton<ServedModels>()
            .AddSingleton<RepositoryUpdates>()
            .AddSingleton<RepositoryControl>()
            .AddHostedService<RepositoryPolling>();

        var app = builder.Build();
        app.Use(app.Services.GetRequiredService<OpenConnections>().WatchRequestAsync);
        app.Use(app.Services.GetRequiredService<RequestIdentity>().IdentifyAsync);
        app.UseRouting();
        app.Use(new HttpMetrics(app.Services.GetRequiredService<CollectorRegistry>()).MeasureAsync);
        app.Use(ObservedEndpoints.MeasureAsync);
        app.UseMiddleware<RequestFaults>();
        if (server.HasMetricsPort)
        {
            app.UseMiddleware<MetricsPort>();
        }

        app.UseMiddleware<ApiKeyGate>();
        app.UseMiddleware<CallAdmission>();
        Map(app);
        LoadModels(app);
        return app;
    }

    private static TimeSpan EndWithin(LifecycleOptions options) =>
        TimeSpan.FromMilliseconds(options.DrainDelayMs + options.ShutdownTimeoutMs);

    private static void LoadModels(WebApplication app)
    {
        try
        {
            app.Services.GetRequiredService<RepositoryUpdates>().LoadAtStart();
        }
        catch
        {
            ((IDisposable)app).Dispose();
            throw;
        }
    }

    private static ServiceMetrics Measuring(IServiceProvider services)
    {
        var options = services.GetRequiredService<ServiceOptions>();
        var metrics = new ServiceMetrics(
            services.GetRequiredService<CollectorRegistry>(),
            maxBatchSize: options.Batching.EffectiveMaxBatchSize(options.Execution),
            instances: options.Execution.Instances,
            services.GetRequiredService<TimeProvider>());
        metrics.Describe(
            version: VersionOf(typeof(DetectionService)),
            runtimeVersion: VersionOf(typeof(Microsoft.ML.OnnxRuntime.InferenceSession)),
            provider: options.Execution.Provider.ToString().ToLowerInvariant());
        return metrics;
    }

    private static string VersionOf(Type part) => part.Assembly.GetName().Version?.ToString(fieldCount: 3) ?? "unknown";

    private static void Map(WebApplication app)
    {
        app.MapDetect();
        app.MapApiDocument();
        app.MapOpenInferenceHealth();
        app.MapOpenInference();
        app.MapOpenInferenceGrpcHealth();
        app.MapOpenInferenceGrpc();
        app.MapHealth();
        app.MapServiceMetrics();
    }
}
