using Pipeline.Serving.Faults;
using Pipeline.Serving.Lifecycle;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>The routes of the Open Inference Protocol, version 2, over HTTP, with Triton's extensions.</summary>
internal static class OpenInferenceRest
{
    private const string Models = "/v2/models/{name}";
    private const string Versions = "/v2/models/{name}/versions/{version}";
    private static readonly string[] GetAndHead = [HttpMethods.Get, HttpMethods.Head];

    /// <summary>Maps the routes, health among them, which needs no key.</summary>
    public static void MapOpenInferenceHealth(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/v2/health/live", GetAndHead, LiveAsync);
        app.MapMethods("/v2/health/ready", GetAndHead, ReadyAsync);
    }

    /// <summary>Maps all other routes.</summary>
    public static IEndpointConventionBuilder MapOpenInference(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("");
        group.MapMethods("/v2", GetAndHead, DescribeAsync);
        group.MapMethods("/v2/models/stats", GetAndHead, ModelEndpoints.CountAllAsync);
        foreach (var model in new[] { Models, Versions })
        {
            group.MapMethods(model, GetAndHead, ModelEndpoints.DescribeAsync);
            group.MapMethods($"{model}/ready", GetAndHead, ModelEndpoints.ReadyAsync);
            group.MapMethods($"{model}/config", GetAndHead, ModelEndpoints.ConfigureAsync);
            group.MapMethods($"{model}/stats", GetAndHead, ModelEndpoints.CountAsync);
            group.MapPost($"{model}/infer", InferEndpoint.HandleAsync).Observed(RequestProtocol.Rest);
        }

        group.MapPost("/v2/repository/index", RepositoryEndpoints.IndexAsync);
        group.MapPost("/v2/repository/models/{name}/load", RepositoryEndpoints.LoadAsync);
        group.MapPost("/v2/repository/models/{name}/unload", RepositoryEndpoints.UnloadAsync);
        return group;
    }

    private static Task DescribeAsync(HttpContext context) => OpenInferenceJson.WriteAsync(context.Response, ServerMetadata.Own);

    private static Task LiveAsync(HttpContext context) => OpenInferenceJson.WriteAsync(context.Response, new Liveness(Live: true));

    private static Task ReadyAsync(HttpContext context, ServiceReadiness readiness) => readiness.Obstacle is { } obstacle
        ? throw new RefusedRequestException(FaultKind.ModelUnavailable, $"The service is not ready: {obstacle}.")
        : OpenInferenceJson.WriteAsync(context.Response, new Readiness(Ready: true));

    private sealed record Liveness(bool Live);

    private sealed record Readiness(bool Ready);
}
