using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using Pipeline.Shared.Files;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>
/// Writes a state dictionary as <c>torch.save</c> does (zip format), so that <c>torch.load</c> with <c>weights_only</c> reads it.
/// </summary>
internal static class PthWriter
{
    private const string Root = "archive", Extension = ".pth";

    /// <summary>Whether a path is names a file of PyTorch's, with the extension <c>.pth</c>.</summary>
    public static bool IsNamed(string path) => Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Writes a file: a temporary name, flushed, renamed.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="tensors">On any device; their order is kept.</param>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var scope = NewDisposeScope();
        var entries = tensors.Select(entry => (entry.Key, Tensor: entry.Value.detach().cpu().contiguous())).ToArray();
        AtomicFile.Write(path, stream =>
        {
            using var archive = new ZipArchive(stream, ZipArchiveMode.Create, leaveOpen: true);
            Record(archive, "data.pkl", Pickle(entries));
            Record(archive, "byteorder", "little"u8);
            for (var i = 0; i < entries.Length; i++)
            {
                Record(archive, $"data/{i}", entries[i].Tensor.numel() > 0 ? entries[i].Tensor.bytes : []);
            }

            Record(archive, "version", "3\n"u8);
        });
    }

    private static void Record(ZipArchive archive, string name, ReadOnlySpan<byte> content)
    {
        using var record = archive.CreateEntry($"{Root}/{name}", CompressionLevel.NoCompression).Open();
        record.Write(content);
    }

    private static byte[] Pickle((string Name, Tensor Tensor)[] entries)
    {
        using var output = new MemoryStream();
        void Raw(ReadOnlySpan<byte> bytes) => output.Write(bytes);
        void Global(string module, string name) => Raw(Encoding.ASCII.GetBytes($"c{module}\n{name}\n"));
        void Text(string text)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            Span<byte> length = stackalloc byte[4];
            BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
            Raw("X"u8);
            Raw(length);
            Raw(bytes);
        }

        void Integer(long value)
        {
            Span<byte> bytes = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
            var small = value <= int.MaxValue;
            Raw(small ? "J"u8 : [0x8A, 8]);
            Raw(small ? bytes[..4] : bytes);
        }

        void Tuple(IEnumerable<long> values)
        {
            Raw("("u8);
            foreach (var value in values)
            {
                Integer(value);
            }

            Raw("t"u8);
        }

        void EmptyDictionary()
        {
            Global("collections", "OrderedDict");
            Raw(")R"u8);
        }

        Raw([0x80, 2]);
        EmptyDictionary();
        Raw("("u8);
        for (var i = 0; i < entries.Length; i++)
        {
            var (name, tensor) = entries[i];
            Text(name);
            Global("torch._utils", "_rebuild_tensor_v2");
            Raw("(("u8);
            Text("storage");
            Global("torch", StorageType.Of(tensor.dtype).Name);
            Text(i.ToString(System.Globalization.CultureInfo.InvariantCulture));
            Text("cpu");
            Integer(tensor.numel());
            Raw("tQ"u8);
            Integer(0);
            Tuple(tensor.shape);
            Tuple(tensor.stride());
            Raw([0x89]);
            EmptyDictionary();
            Raw("tR"u8);
        }

        Raw("u."u8);
        return output.ToArray();
    }
}
