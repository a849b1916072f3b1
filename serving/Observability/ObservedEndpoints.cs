using Microsoft.AspNetCore.Http.Features;

namespace Pipeline.Serving.Observability;

/// <summary>Endpoints whose requests are for detection, and are counted and timed as such.</summary>
internal static class ObservedEndpoints
{
    /// <summary>Counts and times the requests of these endpoints.</summary>
    /// <param name="endpoints">The endpoints.</param>
    /// <param name="protocol">By which protocol they are.</param>
    public static TBuilder Observed<TBuilder>(this TBuilder endpoints, RequestProtocol protocol)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ObservedProtocol(protocol));

    /// <summary>What is measured of a request to an observed endpoint.</summary>
    /// <exception cref="InvalidOperationException">The endpoint is not observed.</exception>
    public static RequestObservation Observation(this HttpContext context) => context.Features.GetRequiredFeature<RequestObservation>();

    /// <summary>
    /// Measures a request from here to the last byte of its answer, if its endpoint is observed; routing must have run before.
    /// </summary>
    public static async Task MeasureAsync(HttpContext context, RequestDelegate next)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<ObservedProtocol>() is not { } observed)
        {
            await next(context);
            return;
        }

        using var observation = context.RequestServices.GetRequiredService<ServiceMetrics>().Begin(observed.Protocol);
        context.Features.Set(observation);
        await next(context);
    }

    private sealed record ObservedProtocol(RequestProtocol Protocol);
}
