using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>Where Prometheus collects the metrics.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>A registry of its own for a service, with what the process uses: memory, processor time, threads, collections.</summary>
    public static CollectorRegistry NewRegistry()
    {
        var registry = Metrics.NewCustomRegistry();
        DotNetStats.Register(registry);
        return registry;
    }

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static IEndpointConventionBuilder MapServiceMetrics(this IEndpointRouteBuilder app) =>
        app.MapMetrics(registry: app.ServiceProvider.GetRequiredService<CollectorRegistry>())
            .WithMetadata(new HttpMethodMetadata(GetAndHead));
}
