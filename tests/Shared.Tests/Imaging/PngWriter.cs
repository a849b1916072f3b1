using System.Buffers.Binary;

namespace Pipeline.Shared.Tests.Imaging;

/// <summary>Builds PNG files with chunks that no encoder here writes.</summary>
internal static class PngWriter
{
    private const int SignatureBytes = 8;
    private const int BytesAroundData = 12;

    /// <summary>The file with a chunk put before the first chunk of another type.</summary>
    public static byte[] InsertBefore(string before, byte[] png, string type, byte[] data)
    {
        var at = Find(png, before);
        return [.. png[..at], .. Chunk(type, data), .. png[at..]];
    }

    public static byte[] Chunk(string type, byte[] data)
    {
        var chunk = new byte[data.Length + BytesAroundData];
        BinaryPrimitives.WriteInt32BigEndian(chunk, data.Length);
        for (var i = 0; i < 4; i++)
        {
            chunk[4 + i] = (byte)type[i];
        }

        data.CopyTo(chunk, 8);
        var checkedBytes = chunk.AsSpan(4, 4 + data.Length);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + data.Length), Crc32(checkedBytes));
        return chunk;
    }

    /// <summary>Where the first chunk of a type starts.</summary>
    public static int Find(byte[] png, string type)
    {
        var at = SignatureBytes;
        while (System.Text.Encoding.ASCII.GetString(png, at + 4, 4) != type)
        {
            at += BytesAroundData + BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
        }

        return at;
    }

    public static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
