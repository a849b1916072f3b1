using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>An element type by the names that PyTorch's files give it.</summary>
/// <param name="Name">Of a storage of it.</param>
/// <param name="DtypeName">Of the type itself.</param>
/// <param name="Type">The type.</param>
/// <param name="Bytes">Of one element.</param>
internal sealed record StorageType(string Name, string DtypeName, ScalarType Type, int Bytes)
{
    /// <summary>Of two with one type here, the first is that type's own; quantised ones are its numbers without their scale.</summary>
    private static readonly StorageType[] All =
    [
        new("DoubleStorage", "float64", float64, 8),
        new("FloatStorage", "float32", float32, 4),
        new("HalfStorage", "float16", float16, 2),
        new("BFloat16Storage", "bfloat16", bfloat16, 2),
        new("LongStorage", "int64", int64, 8),
        new("IntStorage", "int32", int32, 4),
        new("ShortStorage", "int16", int16, 2),
        new("CharStorage", "int8", int8, 1),
        new("ByteStorage", "uint8", uint8, 1),
        new("BoolStorage", "bool", @bool, 1),
        new("ComplexFloatStorage", "complex64", complex64, 8),
        new("ComplexDoubleStorage", "complex128", complex128, 16),
        new("QInt8Storage", "qint8", int8, 1),
        new("QUInt8Storage", "quint8", uint8, 1),
        new("QInt32Storage", "qint32", int32, 4),
        new("QUInt4x2Storage", "quint4x2", uint8, 1),
        new("QUInt2x4Storage", "quint2x4", uint8, 1),
    ];

    /// <summary>Bytes whose tensors say themselves what they are.</summary>
    private static readonly StorageType Untyped = new("UntypedStorage", "", uint8, 1);

    /// <summary>Whether its numbers have an imaginary part, which no weight here has.</summary>
    public bool IsComplex => Type == complex64 || Type == complex128;

    /// <summary>Whether a name is a storage's.</summary>
    public static bool IsStorage(PickleGlobal global) =>
        global.Module is "torch" or "torch.storage" && global.Name.EndsWith("Storage", StringComparison.Ordinal);

    /// <summary>The storage of an element type.</summary>
    public static StorageType Of(ScalarType type) =>
        Array.Find(All, entry => entry.Type == type) ?? throw new ArgumentException($"{type} has no storage.", nameof(type));

    /// <exception cref="FormatException">The name is not one of PyTorch's storages of plain numbers.</exception>
    public static StorageType Of(object? global)
    {
        if (global is PickleGlobal named && IsStorage(named))
        {
            var found = named.Name == Untyped.Name ? Untyped : Array.Find(All, type => type.Name == named.Name);
            if (found is not null)
            {
                return found;
            }
        }

        throw new FormatException($"'{(global as PickleOpaque)?.Kind ?? global}' is not a storage of plain numbers");
    }

    /// <summary>The element type of a name as <c>torch.float16</c>; null when no tensor here can have it.</summary>
    public static StorageType? OfDtype(PickleGlobal dtype) =>
        dtype.Module == "torch" ? Array.Find(All, type => type.DtypeName == dtype.Name) : null;
}
