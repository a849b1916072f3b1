using System.Buffers.Binary;
using System.Text;

namespace Pipeline.Training.Checkpoints.Pth;

/// <summary>Bytes of a pickle, read in order; nothing longer than what is left is ever allocated.</summary>
/// <param name="stream">Stands at the pickle's first byte.</param>
/// <param name="end">Where the pickle must have ended at the latest, in the stream.</param>
internal sealed class PickleInput(Stream stream, long end)
{
    private const long MaxPickleBytes = 64L << 20;
    private static readonly UTF8Encoding Utf8 = new(false, throwOnInvalidBytes: true);
    private long left = Math.Min(end - stream.Position, MaxPickleBytes);

    public byte Byte() => Bytes(1)[0];

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Bytes(4));

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Bytes(2));

    public uint UInt32() => BinaryPrimitives.ReadUInt32LittleEndian(Bytes(4));

    public ulong UInt64() => BinaryPrimitives.ReadUInt64LittleEndian(Bytes(8));

    public double Double() => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8));

    public string Text(ulong length) => Utf8.GetString(Bytes(length));

    /// <summary>Python 2's byte text.</summary>
    public string Latin1(ulong length) => Encoding.Latin1.GetString(Bytes(length));

    /// <summary>Up to the next line feed, which is dropped.</summary>
    public string Line()
    {
        const int MaxLine = 4096;
        var line = new List<byte>();
        for (var next = Byte(); next != '\n'; next = Byte())
        {
            line.Add(line.Count < MaxLine ? next : throw new FormatException("a line of the pickle is too long"));
        }

        return Utf8.GetString([.. line]);
    }

    public byte[] Bytes(ulong length)
    {
        if (length > (ulong)left)
        {
            throw new FormatException($"the pickle claims {length} more bytes, {left} are left: {PthFile.Damaged}");
        }

        left -= (long)length;
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
