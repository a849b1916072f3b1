using System.Buffers.Binary;

namespace Pipeline.Shared.Imaging;

/// <summary>Skips the blocks in the compressed data of a sequential JPEG's scan, code by code, without decoding them.</summary>
/// <param name="data">The file from the scan's first byte on.</param>
internal ref struct JpegBlocks(ReadOnlySpan<byte> data)
{
    private const int BufferBits = 64;
    private const int LongestCode = 16;
    private const int Coefficients = 64;

    /// <summary>More than the longest code and the longest number after it.</summary>
    private const int EnoughBits = 32;

    private readonly ReadOnlySpan<byte> data = data;
    private int position;

    /// <summary>The next bits, highest first, followed by zeros.</summary>
    private ulong buffer;
    private int bits;

    /// <summary>How many of the bits are padding because the data ended.</summary>
    private int bitsPastEnd;

    /// <summary>Whether more bits were used than the data has.</summary>
    public readonly bool IsPastEnd => bits < bitsPastEnd;

    /// <summary>Unused bytes before all markers so far.</summary>
    public long LeftOverBytes { get; private set; }

    /// <param name="first">Table of the first coefficient.</param>
    /// <param name="others">Table of the other coefficients.</param>
    /// <returns>False when a code is in none of the tables.</returns>
    public bool TrySkip(JpegHuffmanTable first, JpegHuffmanTable others)
    {
        var table = first;
        var steps = first.Steps;
        var moved = 0;
        while (moved < Coefficients)
        {
            if (bits < EnoughBits)
            {
                Refill();
            }

            int step = steps[buffer >> (BufferBits - JpegHuffmanTable.LookaheadBits)];
            if (step == 0)
            {
                step = table.FindLong((int)(buffer >> (BufferBits - LongestCode)));
                if (step == 0)
                {
                    return false;
                }
            }

            var used = step & JpegHuffmanTable.BitsMask;
            buffer <<= used;
            bits -= used;
            moved += step >> JpegHuffmanTable.MoveShift;
            table = others;
            steps = others.Steps;
        }

        return true;
    }

    /// <summary>Skips the next marker if it is the restart with this number.</summary>
    public bool TryRestart(int number)
    {
        const int FirstRestart = 0xD0;
        return NextMarker() == FirstRestart + number;
    }

    /// <summary>Skips to the end of the next marker, counting unused bytes before it; null when there is none.</summary>
    public byte? NextMarker()
    {
        var markers = new JpegMarkers(data[position..]);
        var marker = markers.Next();
        if (marker is not null)
        {
            var bytesInBuffer = (bits - bitsPastEnd) / 8;
            LeftOverBytes += bytesInBuffer + markers.Start;
        }

        position += markers.Position;
        buffer = 0;
        bits = 0;
        bitsPastEnd = 0;
        return marker;
    }

    private void Refill()
    {
        if (data.Length - position >= sizeof(uint))
        {
            var next = BinaryPrimitives.ReadUInt32BigEndian(data[position..]);
            if (!HasByteFF(next))
            {
                buffer |= (ulong)next << (BufferBits - 32 - bits);
                bits += 32;
                position += sizeof(uint);
                return;
            }
        }

        while (bits <= BufferBits - 8)
        {
            if (!TryReadByte(out var value))
            {
                bitsPastEnd += BufferBits - bits;
                bits = BufferBits;
                return;
            }

            buffer |= (ulong)value << (BufferBits - 8 - bits);
            bits += 8;
        }
    }

    /// <summary>Reads a byte of the data: FF is written as FF 00, and any number of FF may precede a marker.</summary>
    private bool TryReadByte(out byte value)
    {
        value = 0xFF;
        if (position >= data.Length)
        {
            return false;
        }

        if (data[position] != 0xFF)
        {
            value = data[position];
            position++;
            return true;
        }

        var next = position;
        while (next < data.Length && data[next] == 0xFF)
        {
            next++;
        }

        if (next == data.Length || data[next] != 0)
        {
            return false;
        }

        position = next + 1;
        return true;
    }

    /// <summary>The subtraction borrows from the highest bit of a byte that is FF, which is 0 when inverted.</summary>
    private static bool HasByteFF(uint bytes) => ((~bytes - 0x01010101u) & bytes & 0x80808080u) != 0;
}
