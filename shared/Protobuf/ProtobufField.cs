namespace Pipeline.Shared.Protobuf;

/// <summary>One field of a message of protocol buffers, read without a schema.</summary>
/// <param name="number">Its number in the message's schema.</param>
/// <param name="value">The number in it; 0 where it holds bytes, or a number of fixed length.</param>
/// <param name="bytes">The bytes of a text, a message or an array; none for a number.</param>
public readonly ref struct ProtobufField(int number, ulong value, ReadOnlySpan<byte> bytes)
{
    private const int WireTypeBits = 3, WireTypeMask = 7;
    private const int Varint = 0, Fixed64 = 1, LengthDelimited = 2, Fixed32 = 5;
    private const int LongestVarintBytes = 10, BitsInByte = 7;
    private const byte More = 0x80;

    /// <summary>Its number in the message's schema.</summary>
    public int Number { get; } = number;

    /// <summary>The number in it; 0 where it holds bytes, or a number of fixed length.</summary>
    public ulong Value { get; } = value;

    /// <summary>The bytes of a text, a message or an array; none for a number.</summary>
    public ReadOnlySpan<byte> Bytes { get; } = bytes;

    /// <summary>Takes the next field from the front of a message.</summary>
    /// <param name="rest">The message from there on; it is cut.</param>
    /// <exception cref="FormatException">The bytes are no field, or end within it.</exception>
    public static ProtobufField Next(ref ReadOnlySpan<byte> rest)
    {
        var tag = TakeVarint(ref rest);
        var field = tag >> WireTypeBits;
        if (field is 0 or > int.MaxValue)
        {
            throw new FormatException("a field has no valid number");
        }

        var number = (int)field;
        switch ((int)(tag & WireTypeMask))
        {
            case Varint:
                return new ProtobufField(number, TakeVarint(ref rest), []);
            case Fixed64:
                Take(ref rest, sizeof(ulong));
                return new ProtobufField(number, 0, []);
            case Fixed32:
                Take(ref rest, sizeof(uint));
                return new ProtobufField(number, 0, []);
            case LengthDelimited:
                return new ProtobufField(number, 0, Take(ref rest, TakeVarint(ref rest)));
            case var type:
                throw new FormatException($"a field has the unknown wire type {type}");
        }
    }

    /// <summary>Takes the next number from the front of a packed array.</summary>
    /// <param name="rest">The array from there on; it is cut.</param>
    /// <exception cref="FormatException">The bytes are no number, or end within it.</exception>
    public static ulong TakeVarint(ref ReadOnlySpan<byte> rest)
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
}
