using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Faults;

/// <summary>
/// The one place where requests go wrong. The client gets a problem in plain words; the log gets one line, which for a client's fault is no more than
/// information, so that nobody can raise an alarm from outside.
/// </summary>
internal sealed partial class RequestFaults(RequestDelegate next, ILogger<RequestFaults> logger, ImageLimits limits)
{
    /// <summary>Answers one request.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        context.Features.Set(Reached.Mark);
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

    /// <summary>Marks requests whose faults are told here.</summary>
    internal sealed class Reached
    {
        public static readonly Reached Mark = new();
    }

    private static async Task AnswerAsync(HttpContext context, RequestFault fault)
    {
        if (!context.RequestAborted.IsCancellationRequested)
        {
            await Results.Problem(fault.Answer, statusCode: fault.Status).ExecuteAsync(context);
        }
    }
}
