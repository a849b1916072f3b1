using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Listening;

/// <summary>
/// Serves metrics, and nothing else, at an address of their own. A connection is known by where it was accepted; the host that a request
/// names proves nothing.
/// </summary>
/// <param name="next">Answers the request.</param>
internal sealed class MetricsPort(RequestDelegate next)
{
    private const string Metrics = "/metrics";
    private static readonly object Mark = new();

    /// <summary>Marks the connections of an address.</summary>
    public static void MarkConnections(ListenOptions address) => address.Use(accepted => connection =>
    {
        connection.Items[Mark] = Mark;
        return accepted(connection);
    });

    /// <summary>Whether a request came to the metrics' own address.</summary>
    public static bool IsThere(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.ContainsKey(Mark) == true;

    /// <summary>Refuses metrics elsewhere, and everything else here.</summary>
    /// <exception cref="RefusedRequestException">What is asked for is served at another address.</exception>
    public Task InvokeAsync(HttpContext context)
    {
        var isMetrics = context.Request.Path.StartsWithSegments(Metrics);
        if (isMetrics == IsThere(context))
        {
            return next(context);
        }

        var reason = isMetrics ? "Metrics have an address of their own (--metrics-url)." : "Only GET /metrics is served at this address.";
        throw new RefusedRequestException(FaultKind.UnknownPath, reason);
    }
}
