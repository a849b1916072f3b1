using System.IO.Compression;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// The orientation in EXIF data as ImageMagick put it into PNG before the format had a chunk for it: a text of hexadecimal digits,
/// under the keyword <c>Raw profile type exif</c> or <c>APP1</c>, plain in <c>tEXt</c> or compressed in <c>zTXt</c>.
/// </summary>
internal static class PngRawProfile
{
    /// <summary>A text of 64 kB of EXIF in hexadecimal digits, with line ends.</summary>
    public const int MaxTextBytes = 1 << 18;

    /// <summary>Whether a chunk of a text begins with the keyword of such a profile.</summary>
    public static bool IsKeyword(ReadOnlySpan<byte> keyword) =>
        keyword.StartsWith("Raw profile type exif\0"u8) || keyword.StartsWith("Raw profile type APP1\0"u8);

    /// <param name="chunk">The chunk's data from the keyword on.</param>
    /// <param name="isCompressed">Whether it is a <c>zTXt</c>.</param>
    /// <returns>The orientation; null when there is none, or the data is damaged.</returns>
    public static SKEncodedOrigin? Read(byte[] chunk, bool isCompressed)
    {
        var textAt = Array.IndexOf(chunk, (byte)0) + 1;
        if (!isCompressed)
        {
            return ReadText(chunk.AsSpan(textAt));
        }

        var methodBytes = 1;
        var compressedAt = textAt + methodBytes;
        if (compressedAt >= chunk.Length || chunk[textAt] != 0)
        {
            return null;
        }

        try
        {
            using var compressed = new MemoryStream(chunk, compressedAt, chunk.Length - compressedAt);
            using var inflated = new ZLibStream(compressed, CompressionMode.Decompress);
            var text = new byte[MaxTextBytes];
            var length = inflated.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return ReadText(text.AsSpan(0, length));
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }

    /// <param name="text">An empty line, the profile's name, its length, and lines of digits.</param>
    private static SKEncodedOrigin? ReadText(ReadOnlySpan<byte> text)
    {
        var lineEnd = (byte)'\n';
        for (var line = 0; line < 3; line++)
        {
            var end = text.IndexOf(lineEnd);
            if (end < 0)
            {
                return null;
            }

            text = text[(end + 1)..];
        }

        var digits = new byte[text.Length];
        var count = 0;
        foreach (var letter in text)
        {
            if (char.IsAsciiHexDigit((char)letter))
            {
                digits[count] = letter;
                count++;
            }
        }

        var exif = new byte[count / 2];
        Convert.FromHexString(digits.AsSpan(0, 2 * exif.Length), exif, out _, out _);
        return ExifOrientation.Read(exif);
    }
}
