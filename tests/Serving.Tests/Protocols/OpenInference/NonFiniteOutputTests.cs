using Microsoft.AspNetCore.Http;
using Pipeline.Serving.Inference;
using Pipeline.Serving.Observability;
using Pipeline.Serving.Protocols.OpenInference;
using Pipeline.Serving.Protocols.OpenInference.Rest;
using Pipeline.Shared.Geometry;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>A number that JSON does not have is the model's fault; as bytes it is a number like any other.</summary>
public sealed class NonFiniteOutputTests
{
    [Theory]
    [InlineData(float.NaN), InlineData(float.PositiveInfinity), InlineData(float.NegativeInfinity)]
    public async Task It_is_never_written_as_json_and_nothing_of_the_response_is(float score)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        using var observation = new RequestObservation(RequestProtocol.Rest, start: 0, _ => { });
        IReadOnlyList<Detection>[] found = [[new Detection(0, score, new Box(0, 0, 1, 1))]];
        var scores = OutputTensor.Stack(new TensorMetadata("scores", "FP32", [-1, 1]), found);
        var answer = new InferenceAnswer(ModelName: "tiny", ModelVersion: "1", Id: "", Outputs: [scores]);

        await Assert.ThrowsAsync<InferenceException>(() => AnswerWriter.WriteAsync(answer, _ => false, context, observation));
        Assert.Equal(0, body.Length);

        await AnswerWriter.WriteAsync(answer, _ => true, context, observation);
        Assert.Equal(score, BitConverter.ToSingle(body.ToArray().AsSpan()[^4..]));
    }
}
