using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Serving.Faults;

/// <summary>
/// What tells a client what went wrong: under <c>/v2</c> the error object of the Open Inference Protocol, for a gRPC call its status,
/// everywhere else a problem (RFC 9457).
/// </summary>
internal static class FaultAnswer
{
    /// <summary>Where gRPC says how many milliseconds a client should wait before it tries again.</summary>
    public const string GrpcPushback = "grpc-retry-pushback-ms";

    private const string OpenInferencePath = "/v2";
    private const string GrpcContent = "application/grpc";
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a request is one of the Open Inference Protocol, by its path.</summary>
    public static bool IsOpenInference(HttpContext context) =>
        context.Request.Path.StartsWithSegments(OpenInferencePath, StringComparison.Ordinal);

    /// <summary>Writes the response.</summary>
    public static Task WriteAsync(HttpContext context, RequestFault fault)
    {
        if (context.Request.ContentType?.StartsWith(GrpcContent, StringComparison.OrdinalIgnoreCase) == true)
        {
            WriteGrpcStatus(context.Response, fault);
            return Task.CompletedTask;
        }

        context.Response.StatusCode = fault.Kind.HttpStatus;
        if (fault.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        return IsOpenInference(context)
            ? WriteErrorAsync(context.Response, fault.Answer)
            : Results.Problem(fault.Answer, statusCode: fault.Kind.HttpStatus).ExecuteAsync(context);
    }

    /// <summary>Milliseconds that a client should wait; null when trying again would not help.</summary>
    public static string? PushbackMs(RequestFault fault) =>
        fault.RetryAfter is { } wait ? Math.Ceiling(wait.TotalMilliseconds).ToString(CultureInfo.InvariantCulture) : null;

    /// <summary>A call that ends before its first message has its status in the headers.</summary>
    private static void WriteGrpcStatus(HttpResponse response, RequestFault fault)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcContent;
        response.Headers["grpc-status"] = ((int)fault.Kind.GrpcStatus).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(fault.Answer);
        if (PushbackMs(fault) is { } wait)
        {
            response.Headers[GrpcPushback] = wait;
        }
    }

    /// <summary>Some clients look for this content type exactly, without a charset.</summary>
    private static async Task WriteErrorAsync(HttpResponse response, string answer)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string> { ["error"] = answer }, Json);
        response.ContentType = "application/json";
        response.ContentLength = body.Length;
        await response.Body.WriteAsync(body, response.HttpContext.RequestAborted);
    }
}
