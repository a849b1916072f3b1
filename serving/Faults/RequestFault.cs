using System.Globalization;
using Microsoft.AspNetCore.Connections;
using Pipeline.Serving.Inference;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Faults;

/// <summary>What went wrong with a request.</summary>
/// <param name="Status">The status of the answer: 4xx is the client's fault, 5xx is ours.</param>
/// <param name="Answer">What the client is told.</param>
internal sealed record RequestFault(int Status, string Answer)
{
    private const string Paths = "POST /v1/detect, GET /healthz/live, GET /healthz/ready, GET /metrics";

    /// <summary>What an exception means; what is not the client's fault is the service's.</summary>
    public static RequestFault Of(Exception exception, HttpContext context, ImageLimits limits)
    {
        if (exception is RefusedRequestException refused)
        {
            return new RequestFault(refused.Status, refused.Message);
        }

        if (exception is BadHttpRequestException bad)
        {
            return OfBadRequest(bad, limits);
        }

        if (IsConnectionGone(exception, context))
        {
            return new RequestFault(StatusCodes.Status499ClientClosedRequest, "The connection ended before the answer.");
        }

        var answer = IsOfModel(exception)
            ? "The model failed on this image; the service's log says more."
            : "The service failed on this request; its log says more.";
        return new RequestFault(StatusCodes.Status500InternalServerError, answer);
    }

    /// <summary>What an empty answer means; null when it is no fault.</summary>
    public static RequestFault? Of(HttpContext context) => context.Response.StatusCode switch
    {
        StatusCodes.Status404NotFound =>
            new RequestFault(StatusCodes.Status404NotFound, $"There is nothing at this path. The service has {Paths}."),
        StatusCodes.Status405MethodNotAllowed => new RequestFault(
            StatusCodes.Status405MethodNotAllowed, $"This method is not taken here; send {context.Response.Headers.Allow.ToString()}."),
        _ => null,
    };

    /// <summary>The answer to a body that is too long.</summary>
    /// <param name="sentBytes">Its length, when the client told it.</param>
    /// <param name="limits">The service's limits.</param>
    public static RequestFault OfLongBody(long? sentBytes, ImageLimits limits)
    {
        var sent = sentBytes is { } bytes
            ? string.Create(CultureInfo.InvariantCulture, $"The body has {bytes:N0} bytes")
            : "The body is too long";
        var limit = string.Create(CultureInfo.InvariantCulture, $"{limits.MaxFileBytes:N0} bytes");
        return new RequestFault(
            StatusCodes.Status413PayloadTooLarge,
            $"{sent}; the service takes up to {limit} (--max-body-bytes). Send a smaller image, or one that is compressed more.");
    }

    /// <summary>Whether the model failed, and not the service's own code.</summary>
    public static bool IsOfModel(Exception? exception) => exception is InferenceException;

    private static RequestFault OfBadRequest(BadHttpRequestException bad, ImageLimits limits) => bad.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => OfLongBody(sentBytes: null, limits),
        StatusCodes.Status408RequestTimeout =>
            new RequestFault(bad.StatusCode, "The body came too slowly; send it again over a faster connection."),
        _ => new RequestFault(bad.StatusCode, $"{bad.Message.TrimEnd('.')}. Send the request again, whole."),
    };

    /// <summary>
    /// Nothing but the end of its connection cancels a request, and the cancellation may come before the connection says so.
    /// </summary>
    private static bool IsConnectionGone(Exception exception, HttpContext context)
    {
        var isGone = exception is ConnectionResetException or ConnectionAbortedException or OperationCanceledException;
        return isGone || (exception is IOException && context.RequestAborted.IsCancellationRequested);
    }
}
