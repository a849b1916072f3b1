using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>The size in a header that the decoder refuses, such as sides of 2³¹ pixels or of 0.</summary>
/// <param name="WidthPixels">Stored width.</param>
/// <param name="HeightPixels">Stored height.</param>
internal readonly record struct AnnouncedSize(long WidthPixels, long HeightPixels)
{
    /// <param name="format">The file's format.</param>
    /// <param name="beginning">The first bytes of the file.</param>
    /// <returns>The size; null when the bytes end before it.</returns>
    public static AnnouncedSize? Read(SKEncodedImageFormat format, ReadOnlySpan<byte> beginning) => format switch
    {
        SKEncodedImageFormat.Png => ReadPng(beginning),
        SKEncodedImageFormat.Jpeg => ReadJpeg(beginning),
        SKEncodedImageFormat.Gif => ReadGif(beginning),
        SKEncodedImageFormat.Bmp => ReadBmp(beginning),
        SKEncodedImageFormat.Webp => ReadWebp(beginning),
        _ => null,
    };

    private static AnnouncedSize? ReadPng(ReadOnlySpan<byte> file)
    {
        if (file.Length < 24 || !file[12..].StartsWith("IHDR"u8))
        {
            return null;
        }

        var width = BinaryPrimitives.ReadUInt32BigEndian(file[16..]);
        var height = BinaryPrimitives.ReadUInt32BigEndian(file[20..]);
        return new AnnouncedSize(width, height);
    }

    private static AnnouncedSize? ReadJpeg(ReadOnlySpan<byte> file)
    {
        var markers = new JpegMarkers(file);
        while (markers.Next() is { } marker)
        {
            if (JpegMarkers.HasNoLength(marker))
            {
                continue;
            }

            if (marker == JpegMarkers.EndOfImage || !markers.TryReadSegment(out var segment))
            {
                return null;
            }

            if (!JpegFrame.IsStart(marker))
            {
                continue;
            }

            return segment.Length < 5
                ? null
                : new AnnouncedSize(BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]));
        }

        return null;
    }

    private static AnnouncedSize? ReadGif(ReadOnlySpan<byte> file)
    {
        if (file.Length < 10)
        {
            return null;
        }

        var width = BinaryPrimitives.ReadUInt16LittleEndian(file[6..]);
        var height = BinaryPrimitives.ReadUInt16LittleEndian(file[8..]);
        return new AnnouncedSize(width, height);
    }

    /// <summary>The height is negative where rows go from the top down.</summary>
    private static AnnouncedSize? ReadBmp(ReadOnlySpan<byte> file)
    {
        const int ShortestHeaderOfLongSides = 16;
        if (file.Length < 26 || BinaryPrimitives.ReadUInt32LittleEndian(file[14..]) < ShortestHeaderOfLongSides)
        {
            return null;
        }

        long width = BinaryPrimitives.ReadInt32LittleEndian(file[18..]);
        long height = BinaryPrimitives.ReadInt32LittleEndian(file[22..]);
        return new AnnouncedSize(Math.Abs(width), Math.Abs(height));
    }

    /// <summary>Only the extended header can have sides too long for the decoder: 24 bits, one less than the size.</summary>
    private static AnnouncedSize? ReadWebp(ReadOnlySpan<byte> file)
    {
        if (file.Length < 30 || !file[12..].StartsWith("VP8X"u8))
        {
            return null;
        }

        var width = UInt24(file[24..]) + 1;
        var height = UInt24(file[27..]) + 1;
        return new AnnouncedSize(width, height);
    }

    private static int UInt24(ReadOnlySpan<byte> bytes) => bytes[0] | bytes[1] << 8 | bytes[2] << 16;
}
