using Grpc.Core;
using Microsoft.AspNetCore.Http.Features;
using Pipeline.Serving.Admission;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Answers requests for inference over gRPC: a single one, or those of a stream one after the other.</summary>
internal sealed class InferenceCalls(
    ServedModels models, RequestAdmission admission, InferenceService service, ServiceMetrics metrics, CallFaults faults, TimeProvider time)
{
    private const string FinalResponse = "triton_final_response";

    /// <summary>Answers a single request.</summary>
    public async Task<ModelInferResponse> AnswerAsync(ModelInferRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var admitted = http.Features.GetRequiredFeature<AdmittedCall>();
        return await AnswerAsync(request, context, admitted.Ticket, http.Observation());
    }

    /// <summary>
    /// Answers each request of a stream, in their order. A request that fails is answered with its error, and the stream goes on.
    /// </summary>
    public async Task AnswerAllAsync(
        IAsyncStreamReader<ModelInferRequest> requests, IServerStreamWriter<ModelStreamInferResponse> responses, ServerCallContext context)
    {
        await foreach (var request in requests.ReadAllAsync(context.CancellationToken))
        {
            await responses.WriteAsync(await AnswerOneAsync(request, context), context.CancellationToken);
        }
    }

    private async Task<ModelStreamInferResponse> AnswerOneAsync(ModelInferRequest request, ServerCallContext context)
    {
        using var observation = metrics.Begin(RequestProtocol.Grpc);
        try
        {
            using var ticket = admission.Enter();
            var answer = await AnswerAsync(request, context, ticket, observation);
            answer.Parameters[FinalResponse] = new InferParameter { BoolParam = true };
            return new ModelStreamInferResponse { InferResponse = answer };
        }
        catch (Exception exception) when (!context.CancellationToken.IsCancellationRequested)
        {
            var fault = faults.Note(exception, context, observation);
            return new ModelStreamInferResponse { ErrorMessage = fault.Answer, InferResponse = new ModelInferResponse { Id = request.Id } };
        }
    }

    private async Task<ModelInferResponse> AnswerAsync(
        ModelInferRequest request, ServerCallContext context, AdmissionTicket ticket, RequestObservation observation)
    {
        var arrived = service.Now;
        var terms = service.Terms(arrived, TimeLeft(context), context.CancellationToken);
        ticket.Reserve(request.CalculateSize());
        var name = ModelAddress.RequireName(request.ModelName);
        using var lease = models.Lease(name, ModelAddress.RequireVersion(request.ModelVersion), observation);
        var answer = await service.ExecuteAsync(RequestMessage.Read(request), lease, ticket, observation, arrived, terms);
        var start = time.GetTimestamp();
        var message = AnswerMessage.Of(answer);
        observation.Encoded(time.GetElapsedTime(start));
        return message;
    }

    /// <summary>How long the client waits; the deadline was set from that when the call began, so this is read at once.</summary>
    private TimeSpan? TimeLeft(ServerCallContext context) =>
        context.Deadline == DateTime.MaxValue ? null : context.Deadline - time.GetUtcNow().UtcDateTime;
}
