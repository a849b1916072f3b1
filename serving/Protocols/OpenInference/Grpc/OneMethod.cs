namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Applies conventions to the endpoint of one method of a gRPC service only.</summary>
/// <param name="service">The endpoints of the service.</param>
/// <param name="path">The method: <c>/package.Service/Method</c>.</param>
internal sealed class OneMethod(IEndpointConventionBuilder service, string path) : IEndpointConventionBuilder
{
    /// <inheritdoc />
    public void Add(Action<EndpointBuilder> convention) => service.Add(endpoint =>
    {
        if (endpoint is RouteEndpointBuilder route && route.RoutePattern.RawText == path)
        {
            convention(endpoint);
        }
    });
}
