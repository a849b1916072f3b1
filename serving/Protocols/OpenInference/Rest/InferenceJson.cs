using System.Text.Json;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>
/// Reads the JSON object of a request for inference. The elements of tensors stay where they are until the shape was checked; unknown
/// fields are ignored, because clients send some.
/// </summary>
internal static class InferenceJson
{
    /// <summary>Reads a value at whose beginning the reader stands.</summary>
    public delegate T ReadValue<out T>(ref Utf8JsonReader reader);

    private delegate T ElementReader<out T>(ref Utf8JsonReader reader, string place);

    private const int MostDimensions = 8;
    private const int MostTensors = 64;

    /// <param name="json">The JSON object, and nothing else.</param>
    /// <param name="binary">The binary tensors that follow it.</param>
    /// <exception cref="RefusedRequestException">It is not such an object, or the binary tensors do not fit it.</exception>
    public static InferenceRequest Read(ReadOnlyMemory<byte> json, ReadOnlyMemory<byte> binary)
    {
        var tensors = new BinaryTensors(binary);
        return Guard(json.Span, (ref reader) =>
        {
            var request = ReadRequest(ref reader, json, tensors);
            tensors.RequireEnd();
            return request;
        });
    }

    /// <summary>Reads one JSON value, and refuses what is not JSON or follows the value.</summary>
    /// <param name="json">The text; when it is empty, the reader has no token.</param>
    /// <param name="read">Reads the value; the reader stands at its beginning.</param>
    /// <exception cref="RefusedRequestException">The text is not valid.</exception>
    public static T Guard<T>(ReadOnlySpan<byte> json, ReadValue<T> read)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: json.Length > 0, state: default);
        try
        {
            reader.Read();
            var value = read(ref reader);
            reader.Read();
            return value;
        }
        catch (JsonException exception)
        {
            throw Damaged(exception);
        }
        catch (InvalidOperationException)   // the reader's, for text that is not valid UTF-8 or UTF-16
        {
            throw new RefusedRequestException(
                FaultKind.Malformed, $"The JSON contains text that is not valid Unicode, near byte {reader.TokenStartIndex}.");
        }
    }

    private static InferenceRequest ReadRequest(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, BinaryTensors tensors)
    {
        var fields = new JsonFields("");
        fields.RequireObject(reader);
        var id = "";
        var parameters = new ParameterSet("parameters");
        List<InputDraft>? inputs = null;
        List<RequestedOutput> outputs = [];
        while (JsonFields.Next(ref reader) is { } name)
        {
            switch (name)
            {
                case "id" when fields.IsSent(name, reader):
                    id = fields.String(name, ref reader);
                    break;
                case "parameters" when fields.IsSent(name, reader):
                    ReadParameters(ref reader, parameters);
                    break;
                case "inputs" when fields.IsSent(name, reader):
                    inputs = ReadArray<InputDraft>(ref reader, fields, name, ReadInput);
                    break;
                case "outputs" when fields.IsSent(name, reader):
                    outputs = ReadArray<RequestedOutput>(ref reader, fields, name, ReadOutput);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        var drafts = fields.Require("inputs", inputs);
        return new InferenceRequest(id, parameters, [.. drafts.Select(draft => draft.Complete(json, tensors))], outputs);
    }

    private static List<T> ReadArray<T>(ref Utf8JsonReader reader, JsonFields fields, string name, ElementReader<T> read)
    {
        fields.RequireArray(name, reader);
        var elements = new List<T>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            RequireFew(name, elements.Count);
            elements.Add(read(ref reader, $"{name}[{elements.Count}]"));
        }

        return elements;
    }

    private static InputDraft ReadInput(ref Utf8JsonReader reader, string place)
    {
        var fields = new JsonFields(place);
        fields.RequireObject(reader);
        var draft = new InputDraft(fields, place);
        while (JsonFields.Next(ref reader) is { } name)
        {
            switch (name)
            {
                case "name" when fields.IsSent(name, reader):
                    draft.Name = fields.String(name, ref reader);
                    break;
                case "datatype" when fields.IsSent(name, reader):
                    draft.Datatype = fields.String(name, ref reader);
                    break;
                case "shape" when fields.IsSent(name, reader):
                    draft.Shape = ReadShape(ref reader, fields);
                    break;
                case "parameters" when fields.IsSent(name, reader):
                    ReadParameters(ref reader, draft.Parameters);
                    break;
                case "data" when fields.IsSent(name, reader):
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    draft.Data = new Range(start, (int)reader.BytesConsumed);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return draft;
    }

    private static List<long> ReadShape(ref Utf8JsonReader reader, JsonFields fields)
    {
        fields.RequireArray("shape", reader);
        var shape = new List<long>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (shape.Count == MostDimensions)
            {
                throw new RefusedRequestException(
                    FaultKind.Malformed, $"{fields.Path("shape")} has more than {MostDimensions} dimensions.");
            }

            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt64(out var length) || length < 0)
            {
                throw new RefusedRequestException(
                    FaultKind.Malformed, $"{fields.Path("shape")}[{shape.Count}] must be a whole number from 0.");
            }

            shape.Add(length);
        }

        return shape;
    }

    private static RequestedOutput ReadOutput(ref Utf8JsonReader reader, string place)
    {
        var fields = new JsonFields(place);
        fields.RequireObject(reader);
        string? output = null;
        var parameters = new ParameterSet(fields.Path("parameters"));
        while (JsonFields.Next(ref reader) is { } name)
        {
            switch (name)
            {
                case "name" when fields.IsSent(name, reader):
                    output = fields.String(name, ref reader);
                    break;
                case "parameters" when fields.IsSent(name, reader):
                    ReadParameters(ref reader, parameters);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new RequestedOutput(place, fields.Require("name", output), parameters);
    }

    /// <summary>Reads a <c>parameters</c> object.</summary>
    public static void ReadParameters(ref Utf8JsonReader reader, ParameterSet parameters)
    {
        var fields = new JsonFields(parameters.Place);
        fields.RequireObject(reader);
        while (JsonFields.Next(ref reader) is { } name)
        {
            if (reader.TokenType != JsonTokenType.Null)
            {
                parameters.Add(name, ReadParameter(ref reader, fields.Path(name)));
            }
        }
    }

    private static object ReadParameter(ref Utf8JsonReader reader, string path)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.String:
                return reader.GetString()!;
            case JsonTokenType.Number when reader.TryGetInt64(out var integer):
                return integer;
            case JsonTokenType.Number:
                return reader.TryGetDouble(out var number) ? number : double.PositiveInfinity;
            default:
                throw new RefusedRequestException(
                    FaultKind.Malformed, $"{LogText.OneLine(path, longest: 100)} must be a string, a number or a boolean.");
        }
    }

    private static void RequireFew(string field, int count)
    {
        if (count == MostTensors)
        {
            throw new RefusedRequestException(FaultKind.Malformed, $"{field} has more than {MostTensors} entries.");
        }
    }

    /// <summary>The reader's message ends with the position, which is said in other words.</summary>
    private static RefusedRequestException Damaged(JsonException exception)
    {
        var end = exception.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        var what = end < 0 ? exception.Message : exception.Message[..end];
        var where = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
        return new RefusedRequestException(
            FaultKind.Malformed, $"The body is not valid JSON at {where}: {LogText.OneLine(what, longest: 200)}");
    }
}
