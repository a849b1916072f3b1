using Pipeline.Serving.Admission;
using Pipeline.Serving.Configuration;
using Pipeline.Serving.Models;
using Pipeline.Serving.Observability;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary><c>POST /v2/models/{name}[/versions/{version}]/infer</c>.</summary>
internal static class InferEndpoint
{
    public static async Task HandleAsync(
        HttpContext context, ServedModels models, RequestAdmission admission, InferenceService service, LimitOptions limits)
    {
        var arrived = service.Now;
        var terms = service.Terms(arrived, longest: null, context.RequestAborted);
        var observation = context.Observation();
        using var lease = RouteModel.Lease(context, models, observation);
        var jsonLength = InferenceBody.ReadHeader(context.Request.Headers);
        using var ticket = admission.Enter();
        using var body = await BodyReader.ReadAsync(context.Request, limits.Images, ticket);
        var request = InferenceBody.Split(body.Bytes, jsonLength);
        var isBinary = AnswerWriter.BinaryOutputs(request);
        var answer = await service.ExecuteAsync(request, lease, ticket, observation, arrived, terms);
        await AnswerWriter.WriteAsync(answer, isBinary, context, observation);
    }
}
