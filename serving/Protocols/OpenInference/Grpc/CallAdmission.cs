using System.Globalization;
using Grpc.Core;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>
/// Decides about a call for inference before the server reads its message, which it does before any code of the service runs. It also
/// says that a message that cannot be read is the client's fault, for which the server itself has the statuses of its own defects.
/// </summary>
internal sealed partial class CallAdmission(RequestDelegate next, RequestAdmission admission, ILogger<CallAdmission> logger)
{
    private const string StatusHeader = "grpc-status";
    private const string MessageHeader = "grpc-message";
    private const int LongestReason = 400;

    /// <summary>Lets a call in, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsAdmission>() is null)
        {
            await next(context);
            return;
        }

        try
        {
            using var ticket = admission.Enter();
            var call = new AdmittedCall(ticket);
            context.Features.Set(call);
            await next(context);
            if (!call.HasMessage)
            {
                CorrectStatus(context);
            }
        }
        catch (RefusedRequestException refused)
        {
            Answer(context, refused.Fault);
        }
    }

    private void CorrectStatus(HttpContext context)
    {
        var headers = context.Response.Headers;
        var isServersFault = int.TryParse(headers[StatusHeader].ToString(), CultureInfo.InvariantCulture, out var status)
            && (StatusCode)status is StatusCode.Unknown or StatusCode.Internal;
        if (isServersFault && !context.Response.HasStarted)
        {
            Answer(context, CallFaults.Unreadable("it is damaged or incomplete"));
        }
    }

    private void Answer(HttpContext context, RequestFault fault)
    {
        context.Features.Get<RequestObservation>()?.Fail(fault.Kind.Outcome);
        LogRefusal(context.Request.Path, fault.Kind.GrpcStatus, LogText.OneLine(fault.Answer, LongestReason));
        var response = context.Response;
        response.ContentType = "application/grpc";
        response.Headers[StatusHeader] = ((int)fault.Kind.GrpcStatus).ToString(CultureInfo.InvariantCulture);
        response.Headers[MessageHeader] = Uri.EscapeDataString(fault.Answer);
        foreach (var entry in CallFaults.StatusOf(fault).Trailers)
        {
            response.Headers[entry.Key] = entry.Value;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "gRPC {Method}: {Status}: {Reason}")]
    private partial void LogRefusal(string method, StatusCode status, string reason);

    /// <summary>Marks the endpoints whose calls are let in here.</summary>
    internal sealed class NeedsAdmission;
}
