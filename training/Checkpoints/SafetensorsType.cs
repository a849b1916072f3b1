using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>An element type of the safetensors format.</summary>
/// <param name="Name">Its name in the header.</param>
/// <param name="Bits">Of one element; those of less than a byte lie without gaps.</param>
/// <param name="Type">The type of a tensor here; null when none can hold it.</param>
internal sealed record SafetensorsType(string Name, int Bits, ScalarType? Type)
{
    /// <summary>Every type that the format knows (safetensors 0.8).</summary>
    public static IReadOnlyList<SafetensorsType> All { get; } =
    [
        new("BOOL", 8, @bool),
        new("F4", 4, null),
        new("F6_E2M3", 6, null),
        new("F6_E3M2", 6, null),
        new("U8", 8, uint8),
        new("I8", 8, int8),
        new("F8_E5M2", 8, null),
        new("F8_E4M3", 8, null),
        new("F8_E8M0", 8, null),
        new("F8_E4M3FNUZ", 8, null),
        new("F8_E5M2FNUZ", 8, null),
        new("I16", 16, int16),
        new("U16", 16, null),
        new("F16", 16, float16),
        new("BF16", 16, bfloat16),
        new("I32", 32, int32),
        new("U32", 32, null),
        new("F32", 32, float32),
        new("C64", 64, null),
        new("F64", 64, float64),
        new("I64", 64, int64),
        new("U64", 64, null),
    ];

    /// <summary>The type that tensors of an element type are written as.</summary>
    public static SafetensorsType Of(ScalarType type) => All.Single(entry => entry.Type == type);

    /// <summary>The type of a name in a header; null when the format has none of that name.</summary>
    public static SafetensorsType? Named(string name) => All.FirstOrDefault(entry => entry.Name == name);

    /// <summary>The bytes of a tensor.</summary>
    /// <exception cref="OverflowException">More than there can be.</exception>
    /// <exception cref="FormatException">The last byte would be used in part.</exception>
    public long Bytes(IReadOnlyList<long> shape)
    {
        var bits = shape.Aggregate((long)Bits, (product, size) => checked(product * size));
        return bits % 8 == 0
            ? bits / 8
            : throw new FormatException($"[{string.Join(", ", shape)}] elements of {Name} do not fill whole bytes");
    }
}
