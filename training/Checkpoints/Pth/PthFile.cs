using System.Buffers.Binary;
using System.IO.Hashing;
using System.Numerics;
using System.Text;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>What a <c>.pth</c> file holds: plain values, and tensors on the CPU that share memory where they did.</summary>
/// <param name="root">Dictionaries, lists, tuples, numbers, text, tensors, objects of foreign kinds.</param>
/// <param name="foreign">Names of Python's that have no meaning here.</param>
/// <param name="storages">The memory of the tensors.</param>
internal sealed class PthContent(
    object? root, IReadOnlyCollection<string> foreign, IReadOnlyDictionary<PickleStorage, Tensor> storages) : IDisposable
{
    private readonly Dictionary<(PickleStorage Storage, StorageType Type), Tensor> retyped = [];

    /// <summary>Dictionaries, lists, tuples, numbers, text, tensors, objects of foreign kinds; it may contain itself.</summary>
    public object? Root => root;

    /// <summary>Names of Python's that have no meaning here and were read past, in order.</summary>
    public IReadOnlyCollection<string> Foreign => foreign;

    /// <summary>A view of the file's memory; a copy is the caller's to make and to dispose.</summary>
    public Tensor View(PickleTensor tensor) => Memory(tensor.Storage, tensor.Type).as_strided(tensor.Shape, tensor.Strides, tensor.Offset);

    public void Dispose()
    {
        foreach (var memory in storages.Values.Concat(retyped.Values))
        {
            memory.Dispose();
        }
    }

    /// <summary>A storage's memory as elements of a type; its own, or a copy where the storage does not say what it holds.</summary>
    private Tensor Memory(PickleStorage storage, StorageType type)
    {
        var memory = storages[storage];
        if (type.Type == storage.Type.Type)
        {
            return memory;
        }

        if (!retyped.TryGetValue((storage, type), out var copy))
        {
            var elements = storage.Count * storage.Type.Bytes / type.Bytes;
            copy = empty(elements, type.Type).DetachFromDisposeScope();
            retyped.Add((storage, type), copy);
            if (elements > 0)
            {
                memory.bytes[..(int)(elements * type.Bytes)].CopyTo(copy.bytes);
            }
        }

        return copy;
    }
}

/// <summary>Reads what <c>torch.save</c> wrote, in its zip format (PyTorch ≥ 1.6) or the one before, without running any of it.</summary>
internal static class PthFile
{
    /// <summary>Why an archive of <c>torch.jit.save</c> is refused.</summary>
    internal const string TorchScript = "it is a TorchScript archive, a program; save the module's state_dict() instead";

    /// <summary>What may be done about an archive of another kind.</summary>
    internal const string NotOurs = "torch.save did not write it; if weights are packed in it, unpack it";

    private const string ObjectRecord = "data.pkl", ByteOrderRecord = "byteorder";
    private const int LegacyProtocol = 1001;

    /// <summary>Keys from the top to a dictionary of weights; an optimiser's tensors lie deeper.</summary>
    private const int WeightsDepth = 2;
    private static readonly BigInteger LegacyMagic = BigInteger.Parse("119547037146038801333356", System.Globalization.CultureInfo.InvariantCulture);   // 0x1950a86a20f9469cfc6c

    /// <param name="path">A <c>.pth</c> file.</param>
    /// <exception cref="UserErrorException">The file is missing, broken, or holds more than data; nothing beyond its size is allocated for tensors.</exception>
    public static PthContent Read(string path)
    {
        using var stream = InputFile.Open(path, "file of weights");
        FileContent.Require(stream, path);
        return Read(stream, path);
    }

    /// <param name="stream">Seekable.</param>
    /// <param name="name">For messages.</param>
    public static PthContent Read(Stream stream, string name)
    {
        try
        {
            Span<byte> start = stackalloc byte[4];
            var length = stream.ReadAtLeast(start, start.Length, throwOnEndOfStream: false);
            stream.Position = 0;
            return length == start.Length && start.SequenceEqual("PK\u0003\u0004"u8) ? ReadZip(stream) : ReadLegacy(stream);
        }
        catch (Exception exception) when (exception is FormatException or EndOfStreamException or DecoderFallbackException or OverflowException)
        {
            var reason = exception is EndOfStreamException ? "it is cut off; download it again" : exception.Message;
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

        if (records.TryGetValue(ByteOrderRecord, out var order) && order.Length < 16 && Encoding.ASCII.GetString(Bytes(stream, order)) == "big")
        {
            throw new FormatException("its numbers are big-endian; save it on a little-endian machine");
        }

        var storages = new Storages((storage, count) =>
        {
            var record = records.TryGetValue($"data/{storage.Key}", out var found) ? found : throw new FormatException($"there is no record of storage '{storage.Key}'");
            return record.Length == count * storage.Type.Bytes ? record.Start : throw new FormatException($"storage '{storage.Key}' has {record.Length} bytes, not {count} elements");
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
        var storages = new Storages((storage, _) => positions.TryGetValue(storage.Key, out var position) ? position : throw new FormatException($"storage '{storage.Key}' is missing"));
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
                throw new FormatException($"storage '{storage.Key}' says {count} elements, its tensors {storage.Count}, or it is there twice");
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

    /// <summary>Refuses a whole model, and tensors among the weights that only a call which is not made would give.</summary>
    private static object? WeightsOnly(object? root)
    {
        if (root is PickleOpaque { Items: null } model)
        {
            throw new FormatException(
                $"it is a pickled object of the kind '{model.Kind}', a whole model perhaps, not weights; save its state_dict() instead");
        }

        foreach (var branch in PickleTree.Dictionaries(root, WeightsDepth))
        {
            foreach (var (key, value) in branch.Dictionary.Items)
            {
                if (value is PickleOpaque { IsTensor: true } tensor)
                {
                    throw new FormatException(
                        $"the tensor '{key}' would be made by Python's '{tensor.Kind}', which is not run; save it as a dense tensor");
                }
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
        Crc32.HashToUInt32(bytes) == record.Crc32 ? bytes : throw new FormatException($"record '{record.Name}' is damaged: its checksum does not fit");

    /// <summary>The storages that a pickle names, each once.</summary>
    /// <param name="locate">Where one lies in the file.</param>
    private sealed class Storages(Func<PickleStorage, long, long> locate)
    {
        private readonly Dictionary<string, PickleStorage> storages = new(StringComparer.Ordinal);

        public PickleStorage Find(string? key) => key is not null && storages.TryGetValue(key, out var storage) ? storage : throw new FormatException($"no tensor needs the storage '{key}'");

        public PickleStorage Add(object?[] id, bool legacy)
        {
            if (id is not ["storage", var global, string key, string, long and >= 0 and <= long.MaxValue / 16, ..] || (legacy ? id is not { Length: 6 } : id.Length != 5))
            {
                throw new FormatException("a persistent id that is no storage");
            }

            if (legacy && id[5] is not null)
            {
                throw new FormatException("it has views of storages, as PyTorch before 0.4 wrote them; save it again with a newer one");
            }

            var storage = new PickleStorage(key, StorageType.Of(global), (long)id[4]!);
            if (!legacy)
            {
                locate(storage, storage.Count);
            }

            return storages.TryAdd(key, storage) || storages[key] == storage ? storages[key] : throw new FormatException($"storage '{key}' has two types or sizes");
        }

        public PthContent Load(object? root, IReadOnlyCollection<string> foreign, Func<PickleStorage, long, Tensor> read)
        {
            var loaded = new Dictionary<PickleStorage, Tensor>();
            try
            {
                foreach (var storage in storages.Values)
                {
                    loaded.Add(storage, read(storage, locate(storage, storage.Count)).DetachFromDisposeScope());
                }

                return new PthContent(root, foreign, loaded);
            }
            catch
            {
                foreach (var tensor in loaded.Values)
                {
                    tensor.Dispose();
                }

                throw;
            }
        }
    }
}
