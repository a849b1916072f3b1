using System.Buffers.Binary;
using System.Globalization;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>Reads what <c>torch.save</c> wrote, in its zip format (PyTorch ≥ 1.6) or the one before, without running any of it.</summary>
internal static class PthFile
{
    /// <summary>Why an archive of <c>torch.jit.save</c> is refused.</summary>
    internal const string TorchScript = "it is a TorchScript archive, a program; save the module's state_dict() instead";

    /// <summary>What may be done about an archive of another kind.</summary>
    internal const string NotOurs = "torch.save did not write it; if weights are packed in it, unpack it";

    /// <summary>What may be done about a file of ours that does not fit itself.</summary>
    internal const string Damaged = "it is cut off or damaged; download it again";

    private const string LegacyMagicDigits = "119547037146038801333356";   // 0x1950a86a20f9469cfc6c
    private const string ObjectRecord = "data.pkl", ByteOrderRecord = "byteorder";
    private const int LegacyProtocol = 1001;

    /// <summary>Keys from the top to a dictionary of weights; an optimiser's tensors lie deeper.</summary>
    private const int WeightsDepth = 2;

    /// <summary>The beginning of a file in the format before zip.</summary>
    internal static BigInteger LegacyMagic { get; } = BigInteger.Parse(LegacyMagicDigits, CultureInfo.InvariantCulture);

    /// <param name="path">A <c>.pth</c> file.</param>
    /// <exception cref="UserErrorException">
    /// The file is missing, broken, or holds more than data; nothing beyond its size is allocated for tensors.
    /// </exception>
    public static PthContent Read(string path)
    {
        using var stream = InputFile.Open(path, "file of weights");
        FileContent.Require(stream, path);
        return Read(stream, path);
    }

    /// <param name="stream">Seekable.</param>
    /// <param name="name">Named in error messages.</param>
    public static PthContent Read(Stream stream, string name)
    {
        try
        {
            Span<byte> start = stackalloc byte[2];
            stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            return start.SequenceEqual("PK"u8) ? ReadZip(stream) : ReadLegacy(stream);
        }
        catch (Exception exception) when (
            exception is FormatException or EndOfStreamException or DecoderFallbackException or OverflowException)
        {
            var reason = exception is EndOfStreamException ? Damaged : exception.Message;
            throw new UserErrorException($"{name}: not a PyTorch file of weights that can be read: {reason}.", exception);
        }
    }

    private static PthContent ReadZip(Stream stream)
    {
        var records = ZipRecords.Read(stream);
        if (records.ContainsKey("constants.pkl"))
        {
            throw new FormatException(TorchScript);
        }

        if (!records.TryGetValue(ObjectRecord, out var pickle))
        {
            throw new FormatException($"the archive has no {ObjectRecord}: {NotOurs}");
        }

        if (records.TryGetValue(ByteOrderRecord, out var order))
        {
            RequireLittleEndian(stream, order);
        }

        var storages = new PthStorages((storage, count) =>
        {
            var record = records.TryGetValue($"data/{storage.Key}", out var found)
                ? found
                : throw new FormatException($"there is no record of storage '{storage.Key}'");
            return record.Length == count * storage.Type.Bytes
                ? record.Start
                : throw new FormatException($"storage '{storage.Key}' has {record.Length} bytes, not {count} elements");
        });
        stream.Position = pickle.Start;
        _ = Checked(Bytes(stream, pickle), pickle);
        stream.Position = pickle.Start;
        var machine = new PickleMachine(new PickleInput(stream, pickle.Start + pickle.Length), id => storages.Add(id, legacy: false));
        var root = WeightsOnly(machine.Run());
        return storages.Load(root, machine.Foreign, (storage, position) =>
        {
            var tensor = Numbers(stream, storage, position);
            Checked(tensor.bytes, records[$"data/{storage.Key}"]);
            return tensor;
        });
    }

    private static PthContent ReadLegacy(Stream stream)
    {
        object? Plain() => new PickleMachine(new PickleInput(stream, stream.Length), null).Run();
        if (!BeginsAsPickle(stream) || Plain() is not BigInteger magic || magic != LegacyMagic || Plain() is not (long)LegacyProtocol)
        {
            throw new FormatException("torch.save did not write it: it begins with neither of PyTorch's formats");
        }

        if (Plain() is not PickleDictionary system || system.Find("little_endian") is not true)
        {
            throw new FormatException("its numbers are not little-endian");
        }

        var positions = new Dictionary<string, long>(StringComparer.Ordinal);
        var storages = new PthStorages((storage, _) => positions.TryGetValue(storage.Key, out var position)
            ? position
            : throw new FormatException($"storage '{storage.Key}' is missing"));
        var machine = new PickleMachine(new PickleInput(stream, stream.Length), id => storages.Add(id, legacy: true));
        var root = WeightsOnly(machine.Run());
        var keys = Plain() as PickleList ?? throw new FormatException("it has no list of storages");
        Span<byte> prefix = stackalloc byte[sizeof(long)];
        foreach (var key in keys.Items)
        {
            var storage = storages.Find(key as string);
            stream.ReadExactly(prefix);
            var count = BinaryPrimitives.ReadInt64LittleEndian(prefix);
            if (count != storage.Count || !positions.TryAdd(storage.Key, stream.Position))
            {
                throw new FormatException(
                    $"storage '{storage.Key}' says {count} elements, its tensors {storage.Count}; or it is there twice");
            }

            if (storage.Count > (stream.Length - stream.Position) / storage.Type.Bytes)
            {
                throw new EndOfStreamException();
            }

            stream.Position += count * storage.Type.Bytes;
        }

        return storages.Load(root, machine.Foreign, (storage, position) => Numbers(stream, storage, position));
    }

    /// <summary>Whether the magic number may follow: in protocol 2 or later, or as protocol 0 and 1 write it.</summary>
    private static bool BeginsAsPickle(Stream stream)
    {
        Span<byte> start = stackalloc byte[2];
        stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
        stream.Position = 0;
        return start[0] == 0x80 || start.SequenceEqual("L1"u8);
    }

    /// <summary>Refuses a whole model, and a file whose tensors only calls which are not made would give.</summary>
    private static object? WeightsOnly(object? root)
    {
        if (root is PickleOpaque { Items: null } model)
        {
            throw new FormatException(
                $"it is a pickled object of the kind '{model.Kind}', a whole model perhaps, not weights; save its state_dict() instead");
        }

        var entries = PickleTree.Dictionaries(root, WeightsDepth).SelectMany(branch => branch.Dictionary.Items).ToArray();
        if (Array.Exists(entries, entry => entry.Value is PickleTensor))
        {
            return root;
        }

        foreach (var (key, value) in entries)
        {
            if (value is PickleOpaque { IsTensor: true } tensor)
            {
                throw new FormatException(
                    $"the tensor '{key}' would be made by Python's '{tensor.Kind}', which is not run; save it as a dense tensor");
            }
        }

        return root;
    }

    private static Tensor Numbers(Stream stream, PickleStorage storage, long position)
    {
        if (storage.Count * storage.Type.Bytes > int.MaxValue)
        {
            throw new FormatException($"storage '{storage.Key}' is larger than 2 GiB");
        }

        var tensor = empty(storage.Count, storage.Type.Type);
        if (storage.Count > 0)
        {
            stream.Position = position;
            stream.ReadExactly(tensor.bytes);
        }

        return tensor;
    }

    private static void RequireLittleEndian(Stream stream, ZipRecord record)
    {
        const int LongestOrder = 16;
        var order = record.Length <= LongestOrder ? Encoding.Latin1.GetString(Bytes(stream, record)) : "";
        switch (order)
        {
            case "little":
                return;
            case "big":
                throw new FormatException("its numbers are big-endian; save it on a little-endian machine");
            default:
                throw new FormatException($"its byte order is neither little nor big: {Damaged}");
        }
    }

    private static byte[] Bytes(Stream stream, ZipRecord record)
    {
        if (record.Length > int.MaxValue)
        {
            throw new FormatException($"record '{record.Name}' is too long");
        }

        var bytes = new byte[record.Length];
        stream.Position = record.Start;
        stream.ReadExactly(bytes);
        return bytes;
    }

    private static ReadOnlySpan<byte> Checked(ReadOnlySpan<byte> bytes, ZipRecord record) =>
        Crc32.HashToUInt32(bytes) == record.Crc32
            ? bytes
            : throw new FormatException($"the checksum of record '{record.Name}' does not fit: {Damaged}");
}
