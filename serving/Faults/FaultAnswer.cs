using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pipeline.Serving.Faults;

/// <summary>
/// The body that tells a client what went wrong: under <c>/v2</c> the error object of the Open Inference Protocol, everywhere else a
/// problem (RFC 9457).
/// </summary>
internal static class FaultAnswer
{
    private const string GrpcType = "application/grpc";
    private const string OpenInferencePath = "/v2";
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Whether a request is a gRPC call, which is answered with a status of gRPC's in place of a body.</summary>
    private static bool IsCall(HttpContext context) =>
        context.Request.ContentType?.StartsWith(GrpcType, StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>Whether a request is one of the Open Inference Protocol, by its path.</summary>
    public static bool IsOpenInference(HttpContext context) =>
        context.Request.Path.StartsWithSegments(OpenInferencePath, StringComparison.Ordinal);

    /// <summary>Writes the body; the status is set already.</summary>
    public static Task WriteAsync(HttpContext context, RequestFault fault)
    {
        if (fault.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        }

        if (IsCall(context))
        {
            return EndCall(context.Response, fault);
        }

        return IsOpenInference(context)
            ? WriteErrorAsync(context.Response, fault.Answer)
            : Results.Problem(fault.Answer, statusCode: fault.Kind.HttpStatus).ExecuteAsync(context);
    }

    /// <summary>A response of headers only, in which HTTP itself succeeded.</summary>
    private static Task EndCall(HttpResponse response, RequestFault fault)
    {
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = GrpcType;
        response.Headers["grpc-status"] = ((int)fault.Kind.GrpcStatus).ToString(CultureInfo.InvariantCulture);
        response.Headers["grpc-message"] = Uri.EscapeDataString(fault.Answer);
        return Task.CompletedTask;
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
