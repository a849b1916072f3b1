using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.Detect;

/// <summary>The route of the Detect API.</summary>
internal static class DetectRoute
{
    /// <summary>Maps <c>POST /v1/detect</c>.</summary>
    public static IEndpointConventionBuilder MapDetect(this IEndpointRouteBuilder app) =>
        app.MapPost("/v1/detect", (HttpContext context, DetectEndpoint endpoint) => endpoint.HandleAsync(context))
            .Observed(RequestProtocol.Detect)
            .WithTags("Detection")
            .AddOpenApiOperationTransformer(DetectDescription.DescribeAsync);
}
