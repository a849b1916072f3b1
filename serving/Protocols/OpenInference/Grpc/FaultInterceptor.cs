using Grpc.Core;
using Grpc.Core.Interceptors;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Answers calls that fail with the status that the table of faults has for them.</summary>
internal sealed class FaultInterceptor(CallFaults faults) : Interceptor
{
    /// <inheritdoc />
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        context.GetHttpContext().Features.Get<AdmittedCall>()?.MessageWasRead();
        try
        {
            return await continuation(request, context);
        }
        catch (Exception exception) when (exception is not RpcException)
        {
            throw StatusOf(exception, context);
        }
    }

    /// <inheritdoc />
    public override async Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        IServerStreamWriter<TResponse> responseStream,
        ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation)
    {
        try
        {
            await continuation(requestStream, responseStream, context);
        }
        catch (Exception exception) when (exception is not RpcException { StatusCode: not StatusCode.Internal })
        {
            throw StatusOf(exception, context);
        }
    }

    private RpcException StatusOf(Exception exception, ServerCallContext context)
    {
        var observation = context.GetHttpContext().Features.Get<RequestObservation>();
        return CallFaults.StatusOf(faults.Note(exception, context, observation));
    }
}
