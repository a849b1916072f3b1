using System.Diagnostics;
using System.Globalization;
using Prometheus;

namespace Pipeline.Serving.Observability;

/// <summary>
/// Counts and times HTTP requests. What a client chooses freely, such as the method and the path, becomes a label only if the service
/// knows it: otherwise any client could fill the memory with time series.
/// </summary>
internal sealed class HttpMetrics
{
    private const string OtherMethod = "other";
    private const string NoEndpoint = "";

    private readonly Counter received;
    private readonly Histogram duration;
    private readonly Gauge inProgress;

    /// <param name="registry">The registry that collects the metrics.</param>
    public HttpMetrics(CollectorRegistry registry)
    {
        var factory = Metrics.WithCustomRegistry(registry);
        string[] before = ["method", "endpoint"];
        string[] after = ["code", "method", "endpoint"];
        var buckets = new HistogramConfiguration { Buckets = Histogram.ExponentialBuckets(0.001, 2, 16) };
        received = factory.CreateCounter("http_requests_received_total", "HTTP requests answered.", after);
        duration = factory.CreateHistogram("http_request_duration_seconds", "Time to answer an HTTP request.", after, buckets);
        inProgress = factory.CreateGauge("http_requests_in_progress", "HTTP requests in progress.", before);
    }

    /// <summary>Measures one request; routing must have run before.</summary>
    public async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        var method = MethodLabel(context.Request.Method);
        var endpoint = EndpointLabel(context.GetEndpoint());
        var start = Stopwatch.GetTimestamp();
        using (inProgress.WithLabels(method, endpoint).TrackInProgress())
        {
            await next(context);
        }

        var code = context.Response.StatusCode.ToString(CultureInfo.InvariantCulture);
        received.WithLabels(code, method, endpoint).Inc();
        duration.WithLabels(code, method, endpoint).Observe(Stopwatch.GetElapsedTime(start).TotalSeconds);
    }

    private static string MethodLabel(string method) => method switch
    {
        "GET" or "HEAD" or "POST" or "OPTIONS" or "PUT" or "DELETE" or "PATCH" => method,
        _ => OtherMethod,
    };

    /// <summary>The pattern of the route, never the requested path.</summary>
    private static string EndpointLabel(Endpoint? endpoint) => (endpoint as RouteEndpoint)?.RoutePattern.RawText ?? NoEndpoint;
}
