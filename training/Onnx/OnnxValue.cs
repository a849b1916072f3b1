namespace Pipeline.Training.Onnx;

/// <summary>A value of a graph.</summary>
/// <param name="Name">Unique in the graph.</param>
/// <param name="Type">Of its elements.</param>
public readonly record struct OnnxValue(string Name, OnnxType Type)
{
    /// <summary>Stands for an optional input that is left out.</summary>
    public static OnnxValue Omitted => new("", OnnxType.Undefined);
}

/// <summary>Element types of ONNX tensors, by the format's numbers.</summary>
public enum OnnxType
{
    /// <summary>No type: of an input that is left out.</summary>
    Undefined = 0,

    /// <summary>float32</summary>
    Float = 1,

    /// <summary>uint8</summary>
    UInt8 = 2,

    /// <summary>int8</summary>
    Int8 = 3,

    /// <summary>int32</summary>
    Int32 = 6,

    /// <summary>int64</summary>
    Int64 = 7,

    /// <summary>bool</summary>
    Bool = 9,

    /// <summary>float16</summary>
    Float16 = 10,

    /// <summary>float64</summary>
    Double = 11,
}

/// <summary>One dimension of an input or output: a number, or a name for any number.</summary>
/// <param name="Size">The number; unused where there is a name.</param>
/// <param name="Name">The name, or null.</param>
public readonly record struct OnnxDimension(long Size, string? Name)
{
    /// <summary>A fixed size.</summary>
    public static implicit operator OnnxDimension(long size) => new(size, null);

    /// <summary>A size that is known only when the model runs.</summary>
    public static implicit operator OnnxDimension(string name) => new(0, name);
}
