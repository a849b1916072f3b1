using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>What the decoder does not look for in a PNG: the orientation in the chunk <c>eXIf</c>, and the end of the file.</summary>
/// <param name="Origin">Where the first pixel belongs; upright when nothing is said, or the EXIF data is damaged.</param>
/// <param name="HasEnd">Whether the chunk <c>IEND</c> is there. Without it an <c>eXIf</c> behind the pixels may be missing, too.</param>
/// <remarks>What else tools have put into PNG (ImageMagick's <c>Raw profile type exif</c>, XMP) is not read.</remarks>
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
            if (type.SequenceEqual("eXIf"u8))
            {
                origin ??= ReadExif(png, length);
            }

            position += HeaderBytes + length + ChecksumBytes;
            hasEnd = type.SequenceEqual("IEND"u8) && position <= png.Length;
        }

        return new PngChunks(origin ?? SKEncodedOrigin.TopLeft, hasEnd);
    }

    private static SKEncodedOrigin? ReadExif(Stream png, uint length)
    {
        if (length > MaxExifBytes)
        {
            return null;
        }

        var exif = new byte[length];
        if (png.ReadAtLeast(exif, exif.Length, throwOnEndOfStream: false) < exif.Length)
        {
            return null;
        }

        return ExifOrientation.Read(exif);
    }
}
