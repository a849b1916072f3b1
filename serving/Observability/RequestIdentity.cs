using System.Diagnostics;

namespace Pipeline.Serving.Observability;

/// <summary>What the log lines of one request have in common.</summary>
/// <param name="RequestId">From the client, or made here.</param>
/// <param name="TraceId">Of the trace that the client's <c>traceparent</c> belongs to; null when there is none.</param>
internal sealed record RequestScope(string RequestId, string? TraceId);

/// <summary>
/// Names each request, so that its lines in the log and the client's own records can be matched: by its <c>X-Request-ID</c>, which the
/// response repeats, or by a new one.
/// </summary>
internal sealed class RequestIdentity(ILogger<RequestIdentity> logger)
{
    /// <summary>The header of the request and of the response.</summary>
    public const string Header = "X-Request-ID";

    private const int Longest = 128;

    /// <summary>Names one request.</summary>
    public async Task IdentifyAsync(HttpContext context, RequestDelegate next)
    {
        var sent = context.Request.Headers[Header];
        var id = sent.Count == 1 && IsSane(sent[0]) ? sent[0]! : Guid.NewGuid().ToString("N");
        context.TraceIdentifier = id;
        context.Response.Headers[Header] = id;
        using (logger.BeginScope(new RequestScope(id, TraceIdOf(context.Request))))
        {
            await next(context);
        }
    }

    /// <summary>Printable ASCII without spaces, so that it is one word of a line.</summary>
    private static bool IsSane(string? id) =>
        id is { Length: > 0 and <= Longest } && !id.AsSpan().ContainsAnyExceptInRange('!', '~');

    /// <summary>W3C Trace Context: <c>00-(trace)-(span)-(flags)</c>.</summary>
    private static string? TraceIdOf(HttpRequest request) =>
        ActivityContext.TryParse(request.Headers.TraceParent, traceState: null, isRemote: true, out var parent)
            ? parent.TraceId.ToHexString()
            : null;
}
