using System.Text.Json;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Walks over the fields of one JSON object. Each is accepted once; a value of null is a field that was not sent.</summary>
/// <param name="place">Where the object stands, for messages; empty for the body itself.</param>
internal sealed class JsonFields(string place)
{
    private const int LongestName = 1_000;
    private readonly HashSet<string> seen = new(StringComparer.Ordinal);

    /// <summary>Requires that the reader is at the beginning of an object.</summary>
    /// <exception cref="RefusedRequestException">It is at something else.</exception>
    public void RequireObject(in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw Refusal(place.Length == 0 ? "the body" : place, "a JSON object");
        }
    }

    /// <summary>Moves to the value of the next field.</summary>
    /// <returns>The name of the field; null at the end of the object. A name that no field has is empty.</returns>
    public static string? Next(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.EndObject)
        {
            return null;
        }

        var name = reader.ValueSpan.Length > LongestName ? "" : reader.GetString()!;
        reader.Read();
        return name;
    }

    /// <summary>Notes a known field.</summary>
    /// <returns>False when its value is null.</returns>
    /// <exception cref="RefusedRequestException">The field was sent before.</exception>
    public bool IsSent(string name, in Utf8JsonReader reader)
    {
        if (!seen.Add(name))
        {
            throw new RefusedRequestException(FaultKind.Malformed, $"{Path(name)} is sent twice; send it once.");
        }

        return reader.TokenType != JsonTokenType.Null;
    }

    /// <summary>The value, which must be a string.</summary>
    public string String(string name, ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.String ? reader.GetString()! : throw Refusal(Path(name), "a string");

    /// <summary>The value, which must be true or false.</summary>
    public bool Boolean(string name, ref Utf8JsonReader reader) =>
        reader.TokenType is JsonTokenType.True or JsonTokenType.False ? reader.GetBoolean() : throw Refusal(Path(name), "true or false");

    /// <summary>Requires that the value is an array.</summary>
    public void RequireArray(string name, in Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Refusal(Path(name), "an array");
        }
    }

    /// <summary>A field that must have been sent.</summary>
    public T Require<T>(string name, T? value)
        where T : class => value ?? throw new RefusedRequestException(FaultKind.Malformed, $"{Path(name)} is missing.");

    /// <summary>A field as messages name it: <c>inputs[0].shape</c>.</summary>
    public string Path(string name) => place.Length == 0 ? name : $"{place}.{name}";

    private static RefusedRequestException Refusal(string what, string expected) =>
        new(FaultKind.Malformed, $"{what} must be {expected}.");
}
