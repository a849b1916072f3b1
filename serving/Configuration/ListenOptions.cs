namespace Pipeline.Serving.Configuration;

/// <summary>Where the service listens.</summary>
public sealed record ListenOptions
{
    /// <summary>
    /// Where to listen: http://ADDRESS:PORT or https://ADDRESS:PORT, several separated by ';'; 0.0.0.0 for all interfaces, port 0 for a
    /// free port.
    /// </summary>
    public string Url { get; init; } = "http://127.0.0.1:8000";

    /// <summary>gRPC: an address, <c>none</c>, or null for the port after the first of <see cref="Url"/>.</summary>
    public string? GrpcUrl { get; init; }

    /// <summary>Metrics: an address of their own, where nothing else is served; null serves them at <see cref="Url"/>.</summary>
    public string? MetricsUrl { get; init; }
}
