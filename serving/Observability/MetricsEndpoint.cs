using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>Where Prometheus collects the metrics.</summary>
internal static class MetricsEndpoint
{
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps <c>GET /metrics</c>.</summary>
    public static IEndpointConventionBuilder MapServiceMetrics(this IEndpointRouteBuilder app) =>
        app.MapMetrics(registry: app.ServiceProvider.GetRequiredService<CollectorRegistry>())
            .WithMetadata(new HttpMethodMetadata(GetAndHead));
}
