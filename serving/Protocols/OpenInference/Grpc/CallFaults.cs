using Google.Protobuf;
using Grpc.Core;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Turns what goes wrong with a gRPC call into its status, and logs it in one line.</summary>
internal sealed partial class CallFaults(ILogger<CallFaults> logger, LimitOptions limits, TimeProvider time)
{
    private const int LongestReason = 400;

    /// <summary>Logs a failure and counts it.</summary>
    /// <returns>What the client is told.</returns>
    public RequestFault Note(Exception exception, ServerCallContext context, RequestObservation? observation)
    {
        var fault = FaultOf(exception, context);
        observation?.Fail(fault.Kind.Outcome);
        Log(context.Method, fault, exception);
        return fault;
    }

    /// <summary>The status of a call that fails with this.</summary>
    public static RpcException StatusOf(RequestFault fault) => new(new Status(fault.Kind.GrpcStatus, fault.Answer), TrailersOf(fault));

    /// <summary>A message that could not be read.</summary>
    public static RequestFault Unreadable(string detail) =>
        new(FaultKind.Malformed, $"The message cannot be read: {detail.TrimEnd('.')}. Send a complete message of the protocol.");

    private RequestFault FaultOf(Exception exception, ServerCallContext context)
    {
        switch (exception)
        {
            case InvalidProtocolBufferException:
                return Unreadable("it is not valid protobuf");
            case RpcException unreadable:   // the server's own, from reading a message of a stream
                return Unreadable(unreadable.Status.Detail);
            case OperationCanceledException when context.Deadline <= time.GetUtcNow().UtcDateTime:
                return new RequestFault(FaultKind.DeadlineExceeded, "The deadline passed before the answer was complete.");
            default:
                return FaultMapping.OfException(exception, context.GetHttpContext(), limits.Images);
        }
    }

    private static Metadata TrailersOf(RequestFault fault)
    {
        var trailers = new Metadata();
        if (FaultAnswer.PushbackMs(fault) is { } wait)
        {
            trailers.Add(FaultAnswer.GrpcPushback, wait);
        }

        return trailers;
    }

    private void Log(string method, RequestFault fault, Exception cause)
    {
        var status = fault.Kind.GrpcStatus;
        switch (fault.Kind.Origin)
        {
            case FaultOrigin.Client:
                ClientFault(method, status, LogText.OneLine(fault.Answer, LongestReason));
                break;
            case FaultOrigin.Model:
                ModelFault(method, status, LogText.OneLine(cause.Message, LongestReason));
                break;
            default:
                ServiceFault(method, status, cause);
                break;
        }
    }

    [LoggerMessage(1, LogLevel.Information, "gRPC {Method}: {Status}: {Reason}")]
    private partial void ClientFault(string method, StatusCode status, string reason);

    [LoggerMessage(2, LogLevel.Error, "gRPC {Method}: {Status}: the model failed: {Reason}")]
    private partial void ModelFault(string method, StatusCode status, string reason);

    [LoggerMessage(3, LogLevel.Error, "gRPC {Method}: {Status}: the service failed")]
    private partial void ServiceFault(string method, StatusCode status, Exception cause);
}
