using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Faults;

/// <summary>
/// The one place where requests go wrong. The client gets a problem in plain words; the log gets one line, which for a client's fault
/// is no more than information, so that nobody can raise an alarm from outside.
/// </summary>
internal sealed partial class RequestFaults(RequestDelegate next, ILogger<RequestFaults> logger, ImageLimits limits)
{
    /// <summary>Answers one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        MalformedRequests.Spare(context.Features);
        RequestFault? fault;
        Exception? cause = null;
        try
        {
            await next(context);
            fault = RequestFault.Of(context);
        }
#pragma warning disable CA1031 // Whatever a request runs into is its answer.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            fault = RequestFault.Of(exception, context, limits);
            cause = exception;
        }

        if (fault is null)
        {
            return;
        }

        Log(context.Request, fault, cause);
        if (!context.Response.HasStarted)
        {
            context.Response.StatusCode = fault.Status;
            await AnswerAsync(context, fault);
        }
    }

    private static async Task AnswerAsync(HttpContext context, RequestFault fault)
    {
        if (fault.Status == StatusCodes.Status499ClientClosedRequest || context.RequestAborted.IsCancellationRequested)
        {
            context.Abort();   // nobody listens, and the server shall not take the rest of the body for another request
            return;
        }

        await Results.Problem(fault.Answer, statusCode: fault.Status).ExecuteAsync(context);
    }
}
