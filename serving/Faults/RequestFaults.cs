using Pipeline.Serving.Configuration;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Faults;

/// <summary>
/// Answers requests that fail. The client gets, in plain words, what its protocol has for that; the log gets one line, which for a
/// client's fault is only information, so that nobody outside can trigger an alert.
/// </summary>
internal sealed partial class RequestFaults(
    RequestDelegate next, ILogger<RequestFaults> logger, LimitOptions limits, RefusalLog refusals)
{
    /// <summary>Passes a request on, and answers it if that fails.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        MalformedRequests.IgnoreConnection(context.Features);
        RequestFault? fault;
        Exception? cause = null;
        try
        {
            await next(context);
            fault = FaultMapping.OfResponse(context);
        }
#pragma warning disable CA1031 // Whatever a request runs into is its answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            fault = FaultMapping.OfException(exception, context, limits.Images);
            cause = exception;
        }

        if (fault is null)
        {
            return;
        }

        context.Features.Get<RequestObservation>()?.Fail(fault.Kind.Outcome);
        Log(context.Request, fault, cause);
        if (!context.Response.HasStarted)
        {
            await AnswerAsync(context, fault);
        }
    }

    private static async Task AnswerAsync(HttpContext context, RequestFault fault)
    {
        if (fault.Kind == FaultKind.ConnectionClosed || context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();   // nobody listens, and the server must not take the rest of the body for another request
            return;
        }

        await FaultAnswer.WriteAsync(context, fault);
    }
}
