using Google.Protobuf;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Writes the answer to a request for inference as a message, with raw contents, which every client reads.</summary>
internal static class AnswerMessage
{
    /// <summary>The message; the elements are not copied.</summary>
    public static ModelInferResponse Of(InferenceAnswer answer)
    {
        var message = new ModelInferResponse { Id = answer.Id, ModelName = answer.ModelName, ModelVersion = answer.ModelVersion };
        foreach (var output in answer.Outputs)
        {
            message.Outputs.Add(new ModelInferResponse.Types.InferOutputTensor
            {
                Name = output.Metadata.Name,
                Datatype = output.Metadata.Datatype,
                Shape = { output.Metadata.Shape },
            });
            message.RawOutputContents.Add(UnsafeByteOperations.UnsafeWrap(output.Raw));
        }

        return message;
    }
}
