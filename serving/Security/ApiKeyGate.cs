using Pipeline.Serving.Faults;
using Pipeline.Serving.Listening;

namespace Pipeline.Serving.Security;

/// <summary>
/// Lets a request in that has an API key, before anything of its body is read. It stands before all protocols: what is true of a header
/// is true of gRPC's metadata.
/// </summary>
internal sealed class ApiKeyGate(RequestDelegate next, ApiKeys keys)
{
    private const string KeyHeader = "X-API-Key";
    private const string Bearer = "Bearer ";
    private const string HowToSend = "Send one as Authorization: Bearer KEY, or as X-API-Key: KEY.";

    /// <summary>What says how the service is, over each protocol.</summary>
    private static readonly PathString[] Health = ["/healthz", "/v2/health", "/grpc.health.v1.Health"];

    /// <summary>Lets a request in.</summary>
    /// <exception cref="RefusedRequestException">It needs a key, and has none or a wrong one.</exception>
    public Task InvokeAsync(HttpContext context)
    {
        if (keys.IsEmpty || MetricsPort.IsThere(context) || Health.Any(path => context.Request.Path.StartsWithSegments(path)))
        {
            return next(context);
        }

        string[] presented = [.. Presented(context.Request.Headers)];
        if (presented.Any(keys.Contains))
        {
            return next(context);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer realm=\"pipeline\"";
        var what = presented.Length == 0 ? "This service needs an API key" : "The API key is not one that this service accepts";
        throw new RefusedRequestException(FaultKind.Unauthorized, $"{what}. {HowToSend}");
    }

    private static IEnumerable<string> Presented(IHeaderDictionary headers)
    {
        var bearer = headers.Authorization
            .Where(value => value?.StartsWith(Bearer, StringComparison.OrdinalIgnoreCase) == true)
            .Select(value => value![Bearer.Length..]);
        return bearer.Concat(headers[KeyHeader].OfType<string>()).Select(key => key.Trim());
    }
}
