using System.Text.Json;
using Pipeline.Serving.Faults;

namespace Pipeline.Serving.Protocols.OpenInference.Rest;

/// <summary>Elements as a JSON array, flat or nested as the shape is. Its syntax was checked before.</summary>
/// <param name="place">Where the array stands, for messages.</param>
/// <param name="json">The array.</param>
/// <param name="shape">The tensor's shape.</param>
internal sealed class JsonContent(string place, ReadOnlyMemory<byte> json, IReadOnlyList<long> shape) : ITensorContent
{
    private const double LargestByte = byte.MaxValue;

    /// <inheritdoc />
    public void CopyTo(PixelWriter target)
    {
        var reader = new Utf8JsonReader(json.Span);
        RequireArray(ref reader);
        if (IsNested(reader))
        {
            ReadNested(ref reader, dimension: 0, target);
        }
        else
        {
            ReadFlat(ref reader, target);
        }
    }

    /// <inheritdoc />
    public IReadOnlyList<ArraySegment<byte>> Elements(int count)
    {
        var reader = new Utf8JsonReader(json.Span);
        RequireArray(ref reader);
        var elements = new List<ArraySegment<byte>>(Math.Min(count, json.Length));
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String)
            {
                throw Refusal($"element {elements.Count} is not a string");
            }

            elements.Add(ReadText(ref reader, elements.Count));
        }

        return elements.Count == count ? elements : throw Refusal($"it has {elements.Count} elements, but the shape has {count}");
    }

    /// <summary>Whether the array holds arrays; the reader stands at its beginning, and stays there.</summary>
    private static bool IsNested(Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.StartArray;
    }

    private void RequireArray(ref Utf8JsonReader reader)
    {
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Refusal("it is not an array");
        }
    }

    private void ReadFlat(ref Utf8JsonReader reader, PixelWriter target)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (target.Written == target.Elements)
            {
                throw Refusal($"it has more elements than the {target.Elements:N0} of the shape");
            }

            target.Write(ReadByte(ref reader, target.Written));
        }

        if (target.Written != target.Elements)
        {
            throw Refusal($"it has {target.Written:N0} elements, but the shape has {target.Elements:N0}");
        }
    }

    private void ReadNested(ref Utf8JsonReader reader, int dimension, PixelWriter target)
    {
        var isLast = dimension == shape.Count - 1;
        var count = 0L;
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (count == shape[dimension])
            {
                throw Refusal($"dimension {dimension} has more than the {count:N0} entries of the shape");
            }

            if (isLast)
            {
                target.Write(ReadByte(ref reader, target.Written));
            }
            else
            {
                RequireRow(reader, dimension + 1);
                ReadNested(ref reader, dimension + 1, target);
            }

            count++;
        }

        if (count != shape[dimension])
        {
            throw Refusal($"dimension {dimension} has {count:N0} entries, but the shape has {shape[dimension]:N0}");
        }
    }

    private void RequireRow(in Utf8JsonReader reader, int dimension)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Refusal($"dimension {dimension} holds a value where the shape has an array");
        }
    }

    /// <summary>Some clients write all numbers with a decimal point.</summary>
    private byte ReadByte(ref Utf8JsonReader reader, long element)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            throw Refusal($"element {element:N0} is not a number");
        }

        if (reader.TryGetByte(out var value))
        {
            return value;
        }

        var isByte = reader.TryGetDouble(out var number) && number is >= 0 and <= LargestByte && number == Math.Floor(number);
        return isByte ? (byte)number : throw Refusal($"element {element:N0} is not a whole number from 0 to 255");
    }

    private ArraySegment<byte> ReadText(ref Utf8JsonReader reader, int element)
    {
        var bytes = new byte[reader.ValueSpan.Length];
        try
        {
            return new ArraySegment<byte>(bytes, 0, reader.CopyString(bytes));
        }
        catch (InvalidOperationException)
        {
            throw Refusal($"element {element} is not valid Unicode; send files as a binary tensor");
        }
    }

    private RefusedRequestException Refusal(string what) => new(FaultKind.Malformed, $"{place}: {what}. Send data that fits the shape.");
}
