using System.Numerics;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>A tuple, or a set that cannot change.</summary>
internal sealed record PickleTuple(object?[] Items);

/// <summary>A list, or a set.</summary>
internal sealed class PickleList
{
    public List<object?> Items { get; } = [];
}

/// <summary>A dictionary, ordered or not. Its keys are what Python can hash; a tuple or an object is equal only to itself.</summary>
internal sealed class PickleDictionary
{
    private readonly Dictionary<object, object?> items = [];

    /// <summary>The key None.</summary>
    public static object NoneKey { get; } = new();

    public IReadOnlyDictionary<object, object?> Items => items;

    public object? this[object? key]
    {
        set => items[Key(key)] = value;
    }

    public object? Find(string key) => items.GetValueOrDefault(key);

    private static object Key(object? key) => key switch
    {
        null => NoneKey,
        string or long or double or bool or BigInteger or byte[] => key,
        PickleTuple or PickleGlobal or PickleOpaque or PickleTensor => key,
        _ => throw new FormatException("a dictionary's key is something that Python cannot hash"),
    };
}

/// <summary>A name of Python's; it is never looked up, only compared with those that have a meaning here or are refused.</summary>
internal sealed record PickleGlobal(string Module, string Name)
{
    public override string ToString() => $"{Module}.{Name}";
}

/// <summary>An object of a kind without a meaning here. It is never built: only its kind is known, and what was set in it by key.</summary>
/// <param name="kind">Its class, or the function that would have made it.</param>
internal sealed class PickleOpaque(PickleGlobal kind)
{
    public PickleGlobal Kind => kind;

    /// <summary>What was set in it by key; null when nothing was.</summary>
    public PickleDictionary? Items { get; private set; }

    /// <summary>Whether it would be a tensor, of a sort that is not read: sparse, quantised, a subclass.</summary>
    public bool IsTensor =>
        kind.Module.StartsWith("torch", StringComparison.Ordinal) && kind.Name.StartsWith("_rebuild", StringComparison.Ordinal);

    /// <summary>Whether it would be an array of NumPy's.</summary>
    public bool IsArray =>
        kind is { Module: "numpy.core.multiarray" or "numpy._core.multiarray", Name: "_reconstruct" }
        || kind is { Module: "numpy.core.numeric" or "numpy._core.numeric", Name: "_frombuffer" };

    /// <summary>Whether it is a plain tensor, of an element type that there is none of here.</summary>
    public bool IsUnreadType { get; init; }

    /// <summary>Whether it is a tensor that is not read, of whatever sort.</summary>
    public bool IsUnread => IsTensor || IsUnreadType;

    public PickleDictionary ToSetIn() => Items ??= new PickleDictionary();
}

/// <summary>Memory that tensors share.</summary>
/// <param name="Key">Its name in the file.</param>
/// <param name="Type">Its elements.</param>
/// <param name="Count">How many.</param>
internal sealed record PickleStorage(string Key, StorageType Type, long Count);

/// <summary>A view of a storage; strides and offset in elements of <see cref="Type"/>.</summary>
internal sealed record PickleTensor(
    PickleStorage Storage, StorageType Type, long Offset, long[] Shape, long[] Strides, bool RequiresGrad, bool IsParameter);
