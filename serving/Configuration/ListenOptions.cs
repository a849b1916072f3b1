namespace Pipeline.Serving.Configuration;

/// <summary>Where the service listens.</summary>
public sealed record ListenOptions
{
    /// <summary>HTTP: one address, or several separated by ';'.</summary>
    public string Url { get; init; } = "http://127.0.0.1:8000";

    /// <summary>gRPC: an address, <c>none</c>, or null for the port after the first of <see cref="Url"/>.</summary>
    public string? GrpcUrl { get; init; }

    /// <summary>Metrics: an address of their own; null serves them at <see cref="Url"/>.</summary>
    public string? MetricsUrl { get; init; }
}
