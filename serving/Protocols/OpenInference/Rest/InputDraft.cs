using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>An input while its fields are read, which may come in any order.</summary>
/// <param name="fields">Names the fields in messages.</param>
/// <param name="place">Where the input stands.</param>
internal sealed class InputDraft(JsonFields fields, string place)
{
    private const string BinaryDataSize = "binary_data_size";

    public string? Name { get; set; }

    public string? Datatype { get; set; }

    public List<long>? Shape { get; set; }

    /// <summary>Where the elements stand in the JSON; null when there are none.</summary>
    public Range? Data { get; set; }

    public ParameterSet Parameters { get; } = new(fields.Path("parameters"));

    /// <summary>The input, once all its fields are known.</summary>
    /// <param name="json">The JSON of the request.</param>
    /// <param name="binary">The binary tensors after it; this input takes the next, if it is one.</param>
    /// <exception cref="RefusedRequestException">A field is missing, or the elements are sent in two forms or in none.</exception>
    public InputTensor Complete(ReadOnlyMemory<byte> json, BinaryTensors binary)
    {
        var shape = fields.Require("shape", Shape);
        return new InputTensor(
            Place: place,
            Name: fields.Require("name", Name),
            Datatype: fields.Require("datatype", Datatype),
            Shape: shape,
            Parameters: Parameters,
            Content: Content(json, binary, shape));
    }

    private ITensorContent Content(ReadOnlyMemory<byte> json, BinaryTensors binary, List<long> shape)
    {
        var size = Parameters.Count(BinaryDataSize);
        if (size is { } bytes)
        {
            return Data is null
                ? new RawContent(place, binary.Take(bytes, Parameters))
                : throw Refusal($"it has both data and {BinaryDataSize}; send one of them");
        }

        return Data is { } data
            ? new JsonContent(fields.Path("data"), json[data], shape)
            : throw Refusal($"it has no data; send data as a JSON array, or {BinaryDataSize} with the bytes after the JSON");
    }

    private RefusedRequestException Refusal(string what) => new(FaultKind.Malformed, $"{place}: {what}.");
}
