using Google.Protobuf;
using Google.Protobuf.Collections;
using Pipeline.Serving.Faults;
using Pipeline.Serving.Protocols.OpenInference.Grpc.Messages;

namespace Pipeline.Serving.Protocols.OpenInference.Grpc;

/// <summary>Reads a request for inference from its message.</summary>
internal static class RequestMessage
{
    /// <summary>Reads the request; the elements of tensors stay where they are.</summary>
    /// <exception cref="RefusedRequestException">
    /// Raw and typed contents are mixed, a tensor has none or contents of another type, or a parameter has no value.
    /// </exception>
    public static InferenceRequest Read(ModelInferRequest message)
    {
        RequireOneForm(message);
        return new InferenceRequest(
            Id: message.Id,
            Parameters: ReadParameters("parameters", message.Parameters),
            Inputs: [.. message.Inputs.Select((input, index) => ReadInput(message, input, index))],
            Outputs: [.. message.Outputs.Select(ReadOutput)]);
    }

    /// <summary>Raw contents are sent for every input or for none.</summary>
    private static void RequireOneForm(ModelInferRequest message)
    {
        var raw = message.RawInputContents.Count;
        if (raw == 0)
        {
            return;
        }

        for (var index = 0; index < message.Inputs.Count; index++)
        {
            if (message.Inputs[index].Contents is not null)
            {
                throw Refusal($"inputs[{index}].contents: raw_input_contents is sent too; send one of them for all inputs.");
            }
        }

        if (raw != message.Inputs.Count)
        {
            throw Refusal($"raw_input_contents has {raw} entries for {message.Inputs.Count} inputs; send one for each.");
        }
    }

    private static InputTensor ReadInput(ModelInferRequest message, ModelInferRequest.Types.InferInputTensor input, int index)
    {
        var place = $"inputs[{index}]";
        return new InputTensor(
            Place: place,
            Name: input.Name,
            Datatype: input.Datatype,
            Shape: input.Shape,
            Parameters: ReadParameters($"{place}.parameters", input.Parameters),
            Content: ReadContent(message.RawInputContents, input, place, index));
    }

    private static ITensorContent ReadContent(
        RepeatedField<ByteString> raw, ModelInferRequest.Types.InferInputTensor input, string place, int index)
    {
        if (raw.Count > 0)
        {
            return new RawContent($"raw_input_contents[{index}]", raw[index].Memory);
        }

        return input.Contents is { } contents
            ? new TypedContent($"{place}.contents", contents)
            : throw Refusal($"{place}: it has no data; send contents, or raw_input_contents with one entry for each input.");
    }

    private static RequestedOutput ReadOutput(ModelInferRequest.Types.InferRequestedOutputTensor output, int index)
    {
        var place = $"outputs[{index}]";
        return new RequestedOutput(place, output.Name, ReadParameters($"{place}.parameters", output.Parameters));
    }

    private static ParameterSet ReadParameters(string place, MapField<string, InferParameter> parameters)
    {
        var read = new ParameterSet(place);
        foreach (var (name, parameter) in parameters)
        {
            if (ReadValue(parameter) is { } value)
            {
                read.Add(name, value);
            }
        }

        return read;
    }

    private static object? ReadValue(InferParameter parameter) => parameter.ParameterChoiceCase switch
    {
        InferParameter.ParameterChoiceOneofCase.BoolParam => parameter.BoolParam,
        InferParameter.ParameterChoiceOneofCase.Int64Param => parameter.Int64Param,
        InferParameter.ParameterChoiceOneofCase.StringParam => parameter.StringParam,
        InferParameter.ParameterChoiceOneofCase.DoubleParam => parameter.DoubleParam,
        InferParameter.ParameterChoiceOneofCase.Uint64Param => parameter.Uint64Param,
        _ => null,
    };

    private static RefusedRequestException Refusal(string what) => new(FaultKind.Malformed, what);
}
