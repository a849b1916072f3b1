using Microsoft.Extensions.Diagnostics.HealthChecks;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>The Open Inference Protocol over gRPC, with the standard services for health and reflection.</summary>
internal static class OpenInferenceGrpc
{
    private const string Service = "inference.GRPCInferenceService";
    private const string Readiness = "readiness";
    private static readonly TimeSpan HealthPeriod = TimeSpan.FromSeconds(1);

    /// <summary>Registers what the endpoints need.</summary>
    public static IServiceCollection AddOpenInferenceGrpc(this IServiceCollection services, ServiceOptions options)
    {
        services.AddGrpc(grpc =>
        {
            grpc.MaxReceiveMessageSize = (int)options.Limits.MaxBodyBytes;
            grpc.MaxSendMessageSize = null;
            grpc.EnableDetailedErrors = false;
            grpc.IgnoreUnknownServices = true;   // its route for them, /{service}/{method}, would hide the methods of other paths
            grpc.Interceptors.Add<FaultInterceptor>();
        });
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health => health.Services.Map(Service, _ => true))
            .AddCheck<ReadinessCheck>(Readiness);
        services.Configure<HealthCheckPublisherOptions>(publisher =>
        {
            publisher.Delay = TimeSpan.Zero;
            publisher.Period = HealthPeriod;
        });

        // What goes wrong with a call is logged by CallFaults, and health is asked for again and again.
        services.AddLogging(logging => logging
            .AddFilter("Grpc", LogLevel.None)
            .AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None));
        return services.AddSingleton<CallFaults>().AddSingleton<InferenceCalls>();
    }

    /// <summary>Maps health and reflection, which need no key.</summary>
    public static void MapOpenInferenceGrpcHealth(this IEndpointRouteBuilder app)
    {
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
    }

    /// <summary>Maps all other methods.</summary>
    public static IEndpointConventionBuilder MapOpenInferenceGrpc(this IEndpointRouteBuilder app)
    {
        var service = app.MapGrpcService<InferenceGrpcService>();
        var infer = new OneMethod(service, $"/{Service}/{nameof(GRPCInferenceService.GRPCInferenceServiceBase.ModelInfer)}");
        infer.Observed(RequestProtocol.Grpc).WithMetadata(new CallAdmission.NeedsAdmission());
        return service;
    }

    private sealed class ReadinessCheck(ServiceReadiness readiness) : IHealthCheck
    {
        public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
            Task.FromResult(readiness.IsReady ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy(readiness.Obstacle));
    }
}
