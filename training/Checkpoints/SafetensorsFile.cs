using System.Buffers.Binary;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Tensors (on the CPU) and text of a <c>.safetensors</c> file.</summary>
/// <param name="Tensors">By name, in the file's order.</param>
/// <param name="Metadata">The header's <c>__metadata__</c>.</param>
public sealed record SafetensorsContent(IReadOnlyDictionary<string, Tensor> Tensors, IReadOnlyDictionary<string, string> Metadata)
    : IDisposable
{
    /// <summary>Tensors of types that no tensor here can hold: what each is (<c>F8_E4M3 [64, 3]</c>). They were read past.</summary>
    public IReadOnlyDictionary<string, string> Unread { get; init; } = new Dictionary<string, string>();

    /// <param name="path">The file.</param>
    /// <exception cref="UserErrorException">It has no tensors, of whatever type.</exception>
    public void RequireTensors(string path)
    {
        if (Tensors.Count + Unread.Count == 0)
        {
            throw new UserErrorException($"{path}: it holds no tensors; name a file of weights.");
        }
    }

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        foreach (var tensor in Tensors.Values)
        {
            tensor.Dispose();
        }
    }
}

/// <summary>The safetensors format: 8 bytes of header length, a JSON header, raw little-endian tensors without gaps.</summary>
public static class SafetensorsFile
{
    private const long MaxHeaderBytes = 100_000_000;
    private const string MetadataKey = "__metadata__";

    /// <summary>Writes a file: a temporary name, flushed, renamed.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="tensors">On any device; their order is kept.</param>
    /// <param name="metadata">Text for the header.</param>
    public static void Write(
        string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        var entries = tensors.Select(entry => (entry.Key, Tensor: entry.Value.detach().cpu().contiguous())).ToArray();
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WritePropertyName(MetadataKey);
                JsonSerializer.Serialize(json, metadata);
            }

            long offset = 0;
            foreach (var (name, tensor) in entries)
            {
                var type = SafetensorsType.Of(tensor.dtype);
                var end = offset + type.Bytes(tensor.shape);
                json.WriteStartObject(name);
                json.WriteString("dtype", type.Name);
                json.WritePropertyName("shape");
                JsonSerializer.Serialize(json, tensor.shape);
                json.WritePropertyName("data_offsets");
                JsonSerializer.Serialize(json, new[] { offset, end });
                json.WriteEndObject();
                offset = end;
            }

            json.WriteEndObject();
        }

        while (header.Length % 8 != 0)
        {
            header.WriteByte((byte)' ');
        }

        AtomicFile.Write(path, stream =>
        {
            stream.Write(BitConverter.GetBytes(header.Length));
            header.WriteTo(stream);
            foreach (var (_, tensor) in entries.Where(entry => entry.Tensor.numel() > 0))
            {
                stream.Write(tensor.bytes);
            }
        });
    }

    /// <param name="path">A <c>.safetensors</c> file.</param>
    /// <exception cref="UserErrorException">
    /// The file is missing or breaks a rule of the format; nothing beyond its size is allocated.
    /// </exception>
    public static SafetensorsContent Read(string path) => Read(path, ImportHint.Backbone);

    /// <summary>The same; where it is PyTorch's, the message gives the command that converts it.</summary>
    internal static SafetensorsContent Read(string path, ImportHint hint)
    {
        using var stream = InputFile.Open(path, "file of weights");
        var format = FileContent.Require(stream, path);
        if (format is FileFormat.PyTorchZip or FileFormat.Pickle or FileFormat.Onnx)
        {
            var what = format == FileFormat.Onnx ? "an ONNX model" : "PyTorch's format";
            throw new UserErrorException($"{path}: this is {what}; turn it into safetensors first: {hint.For(path)}");
        }

        return Refusing(path, () =>
        {
            var header = HeaderBytes(stream);
            return Read(stream, header, stream.Length - stream.Position);
        });
    }

    /// <summary>Only the text of the header; no tensor is read.</summary>
    /// <param name="path">A file of weights.</param>
    /// <returns>Text by name; null when the file is of another format.</returns>
    /// <exception cref="UserErrorException">The file is missing, or its header breaks a rule of the format.</exception>
    internal static IReadOnlyDictionary<string, string>? ReadMetadata(string path)
    {
        using var stream = InputFile.Open(path, "file of weights");
        return FileContent.Require(stream, path) == FileFormat.Safetensors
            ? Refusing(path, () => SafetensorsHeader.Read(HeaderBytes(stream)).Metadata)
            : null;
    }

    private static T Refusing<T>(string path, Func<T> read)
    {
        try
        {
            return read();
        }
        catch (FormatException exception)
        {
            throw new UserErrorException($"{path}: not a valid safetensors file: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    private static byte[] HeaderBytes(Stream stream)
    {
        if (stream.Length < 8)
        {
            throw new FormatException($"{stream.Length} bytes are less than a header's length");
        }

        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var headerLength = BinaryPrimitives.ReadUInt64LittleEndian(prefix);
        if (headerLength is < 2 or > MaxHeaderBytes || (long)headerLength > stream.Length - 8)
        {
            throw new FormatException(
                $"its header says {headerLength} bytes, the file has {stream.Length - 8} after the length; "
                + "it is cut off or damaged; download it again");
        }

        var header = new byte[headerLength];
        stream.ReadExactly(header);
        return header;
    }

    private static SafetensorsContent Read(Stream stream, byte[] header, long dataLength)
    {
        var (entries, metadata) = SafetensorsHeader.Read(header);
        long expected = 0;
        foreach (var entry in entries.OrderBy(entry => entry.From).ThenBy(entry => entry.To))
        {
            if (entry.From != expected)
            {
                throw new FormatException($"tensor '{entry.Name}' begins at {entry.From}, the one before ends at {expected}");
            }

            expected = entry.To;
        }

        if (expected != dataLength)
        {
            var remedy = expected > dataLength ? "; it is cut off, download it again" : "";
            throw new FormatException($"the tensors take {expected} bytes, the file has {dataLength}{remedy}");
        }

        var start = stream.Length - dataLength;
        var tensors = new Dictionary<string, Tensor>(StringComparer.Ordinal);
        var unread = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            if (entry.Type.Type is { } type)
            {
                tensors.Add(entry.Name, Numbers(stream, start + entry.From, entry.To - entry.From, entry.Shape, type));
            }
            else
            {
                unread.Add(entry.Name, $"{entry.Type.Name} [{string.Join(", ", entry.Shape)}]");
            }
        }

        return new SafetensorsContent(tensors, metadata) { Unread = unread };
    }

    private static Tensor Numbers(Stream stream, long position, long length, long[] shape, ScalarType type)
    {
        var tensor = empty(shape, type);
        if (length > 0)
        {
            stream.Position = position;
            stream.ReadExactly(tensor.bytes);
        }

        return tensor;
    }
}
