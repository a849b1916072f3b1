namespace Pipeline.Training.Onnx;

/// <summary>Walks over the fields of a message of protocol buffers without a schema.</summary>
internal static class ProtobufField
{
    private const int WireTypeBits = 3, WireTypeMask = 7;
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;
    private const int LongestVarintBytes = 10, BitsInByte = 7;
    private const byte More = 0x80;

    /// <summary>Takes the next field from the front of a message.</summary>
    /// <param name="rest">The message from there on; it is cut.</param>
    /// <returns>The field's number; its bytes where it says their number, none otherwise.</returns>
    /// <exception cref="FormatException">The bytes are no field, or end within it.</exception>
    public static ProtobufFieldContent Next(ref ReadOnlySpan<byte> rest)
    {
        var tag = TakeVarint(ref rest);
        var field = tag >> WireTypeBits;
        if (field is 0 or > int.MaxValue)
        {
            throw new FormatException("a field has no valid number");
        }

        var content = (int)(tag & WireTypeMask) switch
        {
            Varint => SkipVarint(ref rest),
            Fixed64 => Skip(ref rest, sizeof(ulong)),
            Fixed32 => Skip(ref rest, sizeof(uint)),
            LengthDelimited => Take(ref rest, TakeVarint(ref rest)),
            var type => throw new FormatException($"a field has the unknown wire type {type}"),
        };
        return new ProtobufFieldContent((int)field, content);
    }

    private static ReadOnlySpan<byte> SkipVarint(ref ReadOnlySpan<byte> rest)
    {
        TakeVarint(ref rest);
        return [];
    }

    private static ReadOnlySpan<byte> Skip(ref ReadOnlySpan<byte> rest, int length)
    {
        Take(ref rest, (ulong)length);
        return [];
    }

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> rest, ulong length)
    {
        if (length > (ulong)rest.Length)
        {
            throw new FormatException($"a field of {length} bytes begins {rest.Length} bytes before the end of what holds it");
        }

        var taken = rest[..(int)length];
        rest = rest[(int)length..];
        return taken;
    }

    private static ulong TakeVarint(ref ReadOnlySpan<byte> rest)
    {
        ulong value = 0;
        for (var index = 0; index < rest.Length && index < LongestVarintBytes; index++)
        {
            var part = rest[index];
            value |= (ulong)(part & ~More) << (index * BitsInByte);
            if ((part & More) == 0)
            {
                rest = rest[(index + 1)..];
                return value;
            }
        }

        throw new FormatException("a number does not end");
    }
}

/// <summary>One field of a message.</summary>
/// <param name="number">In its message's schema.</param>
/// <param name="content">The bytes of a text, a message or an array; none for a number.</param>
internal readonly ref struct ProtobufFieldContent(int number, ReadOnlySpan<byte> content)
{
    private readonly ReadOnlySpan<byte> content = content;

    /// <summary>Takes it apart.</summary>
    public void Deconstruct(out int field, out ReadOnlySpan<byte> bytes)
    {
        field = number;
        bytes = content;
    }
}
