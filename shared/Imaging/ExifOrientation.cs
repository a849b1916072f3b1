using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Reads the camera's orientation from EXIF data, a small TIFF file without pixels.</summary>
internal static class ExifOrientation
{
    private const int FirstDirectoryOffset = 4;
    private const int EntryBytes = 12;
    private const int ValueOffset = 8;
    private const ushort Magic = 42;
    private const ushort OrientationTag = 0x0112;
    private const ushort Short = 3;
    private const ushort Long = 4;

    /// <param name="exif">EXIF data in either byte order, with or without the prefix that JPEG adds.</param>
    /// <returns>The orientation in the first directory; null when there is none, or the data is damaged.</returns>
    public static SKEncodedOrigin? Read(ReadOnlySpan<byte> exif)
    {
        var prefix = "Exif\0\0"u8;
        var tiff = exif.StartsWith(prefix) ? exif[prefix.Length..] : exif;
        var bigEndian = tiff.StartsWith("MM"u8);
        if (!bigEndian && !tiff.StartsWith("II"u8))
        {
            return null;
        }

        if (tiff.Length < FirstDirectoryOffset + 4 || UInt16(tiff[2..], bigEndian) != Magic)
        {
            return null;
        }

        var start = UInt32(tiff[FirstDirectoryOffset..], bigEndian);
        if (start > tiff.Length - 2)
        {
            return null;
        }

        var directory = tiff[(int)start..];
        var count = UInt16(directory, bigEndian);
        var entries = directory[2..];
        for (var i = 0; i < count && entries.Length >= EntryBytes; i++)
        {
            if (UInt16(entries, bigEndian) == OrientationTag)
            {
                return Value(entries, bigEndian);
            }

            entries = entries[EntryBytes..];
        }

        return null;
    }

    private static SKEncodedOrigin? Value(ReadOnlySpan<byte> entry, bool bigEndian)
    {
        var type = UInt16(entry[2..], bigEndian);
        var count = UInt32(entry[4..], bigEndian);
        if (type is not (Short or Long) || count != 1)
        {
            return null;
        }

        var field = entry[ValueOffset..];
        var value = type == Short ? UInt16(field, bigEndian) : UInt32(field, bigEndian);
        if (value is < 1 or > 8)
        {
            return null;
        }

        return (SKEncodedOrigin)value;
    }

    private static ushort UInt16(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    private static uint UInt32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
