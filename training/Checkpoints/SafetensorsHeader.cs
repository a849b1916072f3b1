using System.Text;
using System.Text.Json;

namespace Pipeline.Training.Checkpoints;

/// <summary>A tensor as described by the header.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Of its elements.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="From">Its first byte, counted from the first byte of data.</param>
/// <param name="To">The byte after its last.</param>
internal sealed record SafetensorsEntry(string Name, SafetensorsType Type, long[] Shape, long From, long To);

/// <summary>The JSON header of a safetensors file.</summary>
/// <param name="Entries">The tensors, in the header's order.</param>
/// <param name="Metadata">Text by name.</param>
internal sealed record SafetensorsHeader(IReadOnlyList<SafetensorsEntry> Entries, IReadOnlyDictionary<string, string> Metadata)
{
    private const string MetadataKey = "__metadata__", Dtype = "dtype", Shape = "shape", Offsets = "data_offsets";
    private const int MaxDepth = 8;

    /// <param name="header">Its bytes.</param>
    /// <exception cref="FormatException">It breaks a rule of the format; the message says which, and where.</exception>
    public static SafetensorsHeader Read(byte[] header)
    {
        try
        {
            _ = new UTF8Encoding(false, throwOnInvalidBytes: true).GetCharCount(header);
            if (header[0] != (byte)'{')
            {
                throw new FormatException("the header does not begin with '{'");
            }

            using var json = JsonDocument.Parse(header, new JsonDocumentOptions { MaxDepth = MaxDepth });
            return Read(json.RootElement);
        }
        catch (DecoderFallbackException exception)
        {
            throw new FormatException($"the header is not UTF-8 text at byte {exception.Index}", exception);
        }
        catch (JsonException exception)
        {
            var position = $"line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}";
            throw new FormatException($"the header is not valid JSON at {position}", exception);
        }
        catch (InvalidOperationException exception)
        {
            throw new FormatException("a text of the header has half a character in it", exception);
        }
    }

    private static SafetensorsHeader Read(JsonElement root)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<SafetensorsEntry>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in root.EnumerateObject())
        {
            if (!names.Add(property.Name))
            {
                throw new FormatException($"'{property.Name}' is there twice");
            }

            if (property.Name == MetadataKey)
            {
                metadata = MetadataOf(property.Value);
            }
            else
            {
                entries.Add(Entry(property.Name, property.Value));
            }
        }

        return new SafetensorsHeader(entries, metadata);
    }

    /// <summary>Text by name; null means none, as in the format's own reader.</summary>
    private static Dictionary<string, string> MetadataOf(JsonElement value)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (value.ValueKind == JsonValueKind.Null)
        {
            return metadata;
        }

        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"{MetadataKey} is not an object");
        }

        foreach (var text in value.EnumerateObject())
        {
            if (text.Value.ValueKind != JsonValueKind.String)
            {
                throw new FormatException($"metadata '{text.Name}' is not text");
            }

            if (!metadata.TryAdd(text.Name, text.Value.GetString()!))
            {
                throw new FormatException($"metadata '{text.Name}' is there twice");
            }
        }

        return metadata;
    }

    private static SafetensorsEntry Entry(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            throw new FormatException($"tensor '{name}' is not an object with {Dtype}, {Shape} and {Offsets}");
        }

        var fields = Fields(name, value);
        var type = Type(name, fields[Dtype]);
        var shape = Numbers(name, Shape, fields[Shape]);
        var offsets = Numbers(name, Offsets, fields[Offsets]);
        if (offsets.Length != 2)
        {
            throw new FormatException($"tensor '{name}' has {offsets.Length} {Offsets}, not a begin and an end");
        }

        if (offsets[1] < offsets[0])
        {
            throw new FormatException($"tensor '{name}' ends at {offsets[1]}, before it begins at {offsets[0]}");
        }

        var bytes = Bytes(name, type, shape);
        if (bytes != offsets[1] - offsets[0])
        {
            throw new FormatException($"tensor '{name}' needs {bytes} bytes, its offsets give {offsets[1] - offsets[0]}");
        }

        return new SafetensorsEntry(name, type, shape, From: offsets[0], To: offsets[1]);
    }

    private static Dictionary<string, JsonElement> Fields(string name, JsonElement value)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var field in value.EnumerateObject())
        {
            if (field.Name is not (Dtype or Shape or Offsets))
            {
                throw new FormatException($"tensor '{name}' has the unknown field '{field.Name}'");
            }

            if (!fields.TryAdd(field.Name, field.Value))
            {
                throw new FormatException($"tensor '{name}' has {field.Name} twice");
            }
        }

        foreach (var needed in new[] { Dtype, Shape, Offsets })
        {
            if (!fields.ContainsKey(needed))
            {
                throw new FormatException($"tensor '{name}' has no {needed}");
            }
        }

        return fields;
    }

    private static SafetensorsType Type(string name, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.String)
        {
            throw new FormatException($"tensor '{name}' has a {Dtype} that is not text");
        }

        var dtype = value.GetString()!;
        return SafetensorsType.Named(dtype) ?? throw new FormatException($"tensor '{name}' has the unknown {Dtype} '{dtype}'");
    }

    private static long[] Numbers(string name, string field, JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array)
        {
            throw new FormatException($"tensor '{name}' has {field} that is not a list");
        }

        return [.. value.EnumerateArray().Select(number => Number(name, field, number))];
    }

    private static long Number(string name, string field, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) && number >= 0)
        {
            return number;
        }

        throw new FormatException($"tensor '{name}' has {value.GetRawText()} in its {field}, not a whole number from 0 to 2^63 - 1");
    }

    private static long Bytes(string name, SafetensorsType type, long[] shape)
    {
        try
        {
            return type.Bytes(shape);
        }
        catch (OverflowException exception)
        {
            throw new FormatException($"tensor '{name}' has more elements than there can be: [{string.Join(", ", shape)}]", exception);
        }
        catch (FormatException exception)
        {
            throw new FormatException($"tensor '{name}': {exception.Message}", exception);
        }
    }
}
