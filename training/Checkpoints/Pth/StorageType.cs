using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>An element type by the name that PyTorch's files give it.</summary>
internal sealed record StorageType(string Name, ScalarType Type, int Bytes)
{
    private static readonly StorageType[] All =
    [
        new("DoubleStorage", float64, 8),
        new("FloatStorage", float32, 4),
        new("HalfStorage", float16, 2),
        new("BFloat16Storage", bfloat16, 2),
        new("LongStorage", int64, 8),
        new("IntStorage", int32, 4),
        new("ShortStorage", int16, 2),
        new("CharStorage", int8, 1),
        new("ByteStorage", uint8, 1),
        new("BoolStorage", @bool, 1),
    ];

    /// <summary>The storage of an element type.</summary>
    public static StorageType Of(ScalarType type) => Array.Find(All, entry => entry.Type == type) ?? throw new ArgumentException($"{type} has no storage.", nameof(type));

    /// <exception cref="FormatException">The name is not one of PyTorch's storages of plain numbers.</exception>
    public static StorageType Of(object? global) =>
        (global is PickleGlobal { Module: "torch" } named ? Array.Find(All, type => type.Name == named.Name) : null)
        ?? throw new FormatException($"'{global}' is not a storage of plain numbers");
}
