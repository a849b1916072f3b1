using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>What the decoder does not look for in a PNG: the orientation in the chunk <c>eXIf</c>, and the end of the file.</summary>
/// <param name="Origin">Where the first pixel belongs; upright when nothing is said, or the EXIF data is damaged.</param>
/// <param name="HasEnd">Whether the chunk <c>IEND</c> is there. Without it an <c>eXIf</c> behind the pixels may be missing, too.</param>
/// <remarks>
/// An older way to keep EXIF in PNG is read too, <see cref="PngRawProfile"/>. An orientation in XMP is read in no format.
/// </remarks>
internal readonly record struct PngChunks(SKEncodedOrigin Origin, bool HasEnd)
{
    private const int SignatureBytes = 8;
    private const int HeaderBytes = 8;
    private const int ChecksumBytes = 4;

    /// <summary>EXIF of a camera stays below 64 kB, as JPEG cannot hold more.</summary>
    private const int MaxExifBytes = 1 << 17;

    /// <summary>A large file that libpng wrote has some ten thousand.</summary>
    private const int MaxChunks = 1_000_000;

    /// <param name="png">A PNG file; only the headers of its chunks and the EXIF data are read.</param>
    public static PngChunks Read(Stream png)
    {
        SKEncodedOrigin? origin = null;
        SKEncodedOrigin? originOfProfile = null;
        var hasProfile = false;
        var hasEnd = false;
        Span<byte> header = stackalloc byte[HeaderBytes];
        long position = SignatureBytes;
        for (var chunk = 0; chunk < MaxChunks && position < png.Length && !hasEnd; chunk++)
        {
            png.Position = position;
            if (png.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            {
                break;
            }

            var length = BinaryPrimitives.ReadUInt32BigEndian(header);
            var type = header[4..];
            if (type.SequenceEqual("eXIf"u8) && ReadData(png, length, MaxExifBytes) is { } exif)
            {
                origin ??= ExifOrientation.Read(exif);
            }

            var isCompressed = type.SequenceEqual("zTXt"u8);
            var isText = isCompressed || type.SequenceEqual("tEXt"u8);
            if (isText && !hasProfile && ReadData(png, length, PngRawProfile.MaxTextBytes) is { } text && PngRawProfile.IsKeyword(text))
            {
                hasProfile = true;
                originOfProfile = PngRawProfile.Read(text, isCompressed);
            }

            position += HeaderBytes + length + ChecksumBytes;
            hasEnd = type.SequenceEqual("IEND"u8) && position <= png.Length;
        }

        return new PngChunks(origin ?? originOfProfile ?? SKEncodedOrigin.TopLeft, hasEnd);
    }

    /// <summary>A chunk's data; null when it is longer than the limit, or than the file.</summary>
    private static byte[]? ReadData(Stream png, uint length, int maxBytes)
    {
        if (length > maxBytes || length > png.Length - png.Position)
        {
            return null;
        }

        var data = new byte[length];
        png.ReadExactly(data);
        return data;
    }
}
