namespace Pipeline.Serving.Lifecycle;

/// <summary>What probes and load balancers ask.</summary>
internal static class HealthEndpoints
{
    private const string PlainText = "text/plain";
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>
    /// Maps <c>/healthz/live</c>, 200 as long as the process answers, and <c>/healthz/ready</c>, 200 or 503 with the reason.
    /// </summary>
    public static IEndpointConventionBuilder MapHealth(this IEndpointRouteBuilder app)
    {
        var health = app.MapGroup("/healthz").WithTags("Health");
        health.MapMethods("/live", GetAndHead, () => "live")
            .WithSummary("Says that the process answers.")
            .Produces<string>(StatusCodes.Status200OK, PlainText);
        health.MapMethods("/ready", GetAndHead, Ready)
            .WithSummary("Says whether every model that is to be served has a version that answers requests, and if not, why.")
            .Produces<string>(StatusCodes.Status200OK, PlainText)
            .Produces<string>(StatusCodes.Status503ServiceUnavailable, PlainText);
        return health;
    }

    private static IResult Ready(ServiceReadiness readiness) => readiness.Obstacle is { } obstacle
        ? Results.Text($"not ready: {obstacle}", statusCode: StatusCodes.Status503ServiceUnavailable)
        : Results.Text("ready");
}
