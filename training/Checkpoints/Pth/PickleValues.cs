namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>A tuple.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary, ordered or not. Keys are text, numbers or truth values.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<object, object?> items = [];

    public IReadOnlyDictionary<object, object?> Items => items;

    public object? this[object? key]
    {
        set => items[key is string or long or double or bool ? key : throw new FormatException("a dictionary's key is neither text nor a number")] = value;
    }

    public object? Find(string key) => items.GetValueOrDefault(key);
}

/// <summary>A name of Python's; it is never looked up, only compared with the list of those that have a meaning here.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>Memory that tensors share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its elements.</param>
/// <param name="Count">How many.</param>
internal sealed record PickleStorage(string Key, StorageType Type, long Count);

/// <summary>A view of a storage; strides and offset in elements.</summary>
internal sealed record PickleTensor(PickleStorage Storage, long Offset, long[] Shape, long[] Strides, bool RequiresGrad, bool IsParameter);
