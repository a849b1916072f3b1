using Pipeline.Shared.Protobuf;

namespace Pipeline.Serving.Inference;

/// <summary>Whether the values of a tensor in an ONNX file are as many as its dimensions say: memory is taken for the dimensions.</summary>
internal struct TensorSize
{
    private const long MostElements = int.MaxValue;

    private long elements = 1;
    private ulong type;
    private long rawBytes = -1;
    private long otherBytes;

    /// <summary>A tensor without fields: one element, no values.</summary>
    public TensorSize()
    {
    }

    /// <summary>Adds a field of the tensor.</summary>
    /// <exception cref="FormatException">A dimension cannot be.</exception>
    public void Add(in ProtobufField field)
    {
        switch (field.Number)
        {
            case 1:
                AddDimensions(field);
                break;
            case 2:
                type = field.Value;
                break;
            case 9:
                rawBytes = field.Bytes.Length;
                break;
            case 4 or 5 or 6 or 7 or 10 or 11:
                otherBytes += Math.Max(1, field.Bytes.Length);   // packed, or one number each
                break;
        }
    }

    /// <summary>Requires the values.</summary>
    /// <exception cref="FormatException">There are others than the dimensions say.</exception>
    public readonly void RequireFilled()
    {
        var isFilled = rawBytes >= 0
            ? BitsOf(type) is { } bits && rawBytes == (elements * bits + 7) / 8
            : otherBytes >= elements;
        if (!isFilled)
        {
            throw new FormatException("the values of a weight are not as many as its dimensions say, so it is damaged");
        }
    }

    /// <summary>Bits of an element; null: a type that has none of its own.</summary>
    private static long? BitsOf(ulong type) => type switch
    {
        1 or 6 or 12 => 32,                    // float32, int32, uint32
        2 or 3 or 9 => 8,                      // uint8, int8, bool
        4 or 5 or 10 or 16 => 16,              // uint16, int16, float16, bfloat16
        7 or 11 or 13 or 14 => 64,             // int64, float64, uint64, complex64
        17 or 18 or 19 or 20 or 24 => 8,       // float8
        21 or 22 or 23 => 4,                   // uint4, int4, float4
        15 => 128,                             // complex128
        _ => null,
    };

    private void AddDimensions(in ProtobufField field)
    {
        if (field.Bytes.IsEmpty)
        {
            AddDimension(field.Value);
            return;
        }

        var rest = field.Bytes;
        while (rest.Length > 0)
        {
            AddDimension(ProtobufField.TakeVarint(ref rest));
        }
    }

    private void AddDimension(ulong dimension)
    {
        var product = (Int128)elements * dimension;
        elements = product <= MostElements
            ? (long)product
            : throw new FormatException("a weight has more values than a file can hold");
    }
}
