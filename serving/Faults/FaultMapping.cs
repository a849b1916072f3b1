using Microsoft.AspNetCore.Connections;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Faults;

/// <summary>Which kind of fault an exception, a damaged image or an empty response is.</summary>
internal static class FaultMapping
{
    private const string Paths = "POST /v1/detect, /v2, GET /healthz/live, GET /healthz/ready, GET /metrics, GET /openapi/v1.json";
    private const string OpenInferencePaths =
        "GET /v2, GET /v2/health/live and ready, GET /v2/models/NAME with ready, config and stats, POST /v2/models/NAME/infer, "
            + "GET /v2/models/stats, POST /v2/repository/index, POST /v2/repository/models/NAME/load and unload";

    /// <summary>The fault behind an exception; what is not the client's fault is the service's.</summary>
    public static RequestFault OfException(Exception exception, HttpContext context, ImageLimits limits)
    {
        if (exception is RefusedRequestException refused)
        {
            return refused.Fault;
        }

        if (exception is BadHttpRequestException badRequest)
        {
            return OfBadRequest(badRequest, limits);
        }

        if (IsConnectionClosed(exception, context))
        {
            return new RequestFault(FaultKind.ConnectionClosed, "The connection closed before the response was sent.");
        }

        return exception is InferenceException
            ? new RequestFault(FaultKind.ModelFailed, "The model failed on this image; the service's log has the details.")
            : new RequestFault(FaultKind.ServiceFailed, "The service failed to handle this request; its log has the details.");
    }

    /// <summary>The fault behind a response that nobody wrote, as routing leaves it; null when there is none.</summary>
    public static RequestFault? OfResponse(HttpContext context)
    {
        var response = context.Response;
        if (response.StatusCode == FaultKind.UnknownPath.HttpStatus)
        {
            var paths = FaultAnswer.IsOpenInference(context) ? OpenInferencePaths : Paths;
            return new RequestFault(FaultKind.UnknownPath, $"Nothing is served at this path. The service has {paths}.");
        }

        if (response.StatusCode == FaultKind.UnsupportedMethod.HttpStatus)
        {
            return new RequestFault(
                FaultKind.UnsupportedMethod, $"This method is not supported here; send {response.Headers.Allow.ToString()}.");
        }

        return null;
    }

    /// <summary>The kind of fault behind what the decoder found.</summary>
    public static FaultKind OfImage(ImageProblem problem) => problem switch
    {
        ImageProblem.NotAnImage => FaultKind.UnsupportedContent,
        ImageProblem.TooLarge => FaultKind.TooLarge,
        _ => FaultKind.DamagedImage,
    };

    private static RequestFault OfBadRequest(BadHttpRequestException badRequest, ImageLimits limits)
    {
        if (badRequest.StatusCode == FaultKind.TooLarge.HttpStatus)
        {
            return RequestFault.LongBody(sentBytes: null, limits);
        }

        if (badRequest.StatusCode == FaultKind.SlowBody.HttpStatus)
        {
            return new RequestFault(FaultKind.SlowBody, "The body arrived too slowly; send it again over a faster connection.");
        }

        // The server's own status stands: it knows more precisely what is malformed.
        var kind = FaultKind.Malformed with { HttpStatus = badRequest.StatusCode };
        return new RequestFault(kind, $"{badRequest.Message.TrimEnd('.')}. Send the complete request again.");
    }

    /// <summary>
    /// Only the end of its connection cancels a request, and the cancellation may arrive before the connection reports its end.
    /// </summary>
    private static bool IsConnectionClosed(Exception exception, HttpContext context)
    {
        var isClosed = exception is ConnectionResetException or ConnectionAbortedException or OperationCanceledException;
        return isClosed || (exception is IOException && context.RequestAborted.IsCancellationRequested);
    }
}
