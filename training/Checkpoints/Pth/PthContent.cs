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
