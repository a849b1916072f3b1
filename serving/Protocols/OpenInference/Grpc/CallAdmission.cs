using System.Globalization;
using Grpc.Core;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>
/// Decides about a call for inference before the server reads its message, which it does before any code of the service runs. It also
/// says that a message that cannot be read is the client's fault, for which the server itself has the statuses of its own defects.
/// </summary>
internal sealed class CallAdmission(RequestDelegate next, RequestAdmission admission)
{
    /// <summary>Lets a call in.</summary>
    /// <exception cref="RefusedRequestException">There is no room for it, or its message cannot be read.</exception>
    public async Task InvokeAsync(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<NeedsAdmission>() is null)
        {
            await next(context);
            return;
        }

        using var ticket = admission.Enter();
        var call = new AdmittedCall(ticket);
        context.Features.Set(call);
        await next(context);
        if (!call.HasMessage && SaysServersFault(context.Response))
        {
            throw new RefusedRequestException(CallFaults.Unreadable("it is damaged or incomplete"));
        }
    }

    private static bool SaysServersFault(HttpResponse response) =>
        int.TryParse(response.Headers["grpc-status"].ToString(), CultureInfo.InvariantCulture, out var status)
            && (StatusCode)status is StatusCode.Unknown or StatusCode.Internal;

    /// <summary>Marks the endpoints whose calls are let in here.</summary>
    internal sealed class NeedsAdmission;
}
