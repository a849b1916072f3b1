using Google.Protobuf;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Tests.Protocols.OpenInference;

/// <summary>Requests for inference over gRPC, and their answers.</summary>
internal static class GrpcRequest
{
    /// <summary>A request with one input, whose elements are raw unless they are null.</summary>
    public static ModelInferRequest Of(string datatype, long[] shape, byte[]? raw)
    {
        var request = new ModelInferRequest { ModelName = TinyModel.Name, Id = "7" };
        request.Inputs.Add(new ModelInferRequest.Types.InferInputTensor { Name = "images", Datatype = datatype, Shape = { shape } });
        if (raw is not null)
        {
            request.RawInputContents.Add(ByteString.CopyFrom(raw));
        }

        return request;
    }

    /// <summary>A request with the smallest image.</summary>
    public static ModelInferRequest Pixel() => Of("UINT8", [1, 1, 1, 3], [1, 2, 3]);

    /// <summary>The four outputs.</summary>
    public static InferenceOutputs Outputs(ModelInferResponse answer)
    {
        Assert.Equal(["boxes", "scores", "labels", "num_detections"], answer.Outputs.Select(output => output.Name));
        Assert.Equal(["FP32", "FP32", "INT64", "INT64"], answer.Outputs.Select(output => output.Datatype));
        return InferenceOutputs.Of(
            boxes: answer.RawOutputContents[0].Span,
            scores: answer.RawOutputContents[1].Span,
            labels: answer.RawOutputContents[2].Span,
            counts: answer.RawOutputContents[3].Span);
    }
}
