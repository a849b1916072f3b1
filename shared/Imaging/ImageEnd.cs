using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// Checks that a file reaches the end that its format announces, where the decoder would accept it without: for missing scans of a
/// progressive JPEG it returns a blurred picture, and an orientation after the pixels of a PNG or WebP would be lost.
/// </summary>
/// <remarks>GIF is not checked: only its first picture is read, and the decoder requires all of its rows.</remarks>
internal static class ImageEnd
{
    private const int RiffHeaderBytes = 8;

    /// <param name="format">The file's format.</param>
    /// <param name="encoded">The file.</param>
    /// <param name="file">The same file.</param>
    /// <returns>What is missing, for a message; null when the file is complete.</returns>
    public static string? Problem(SKEncodedImageFormat format, ReadOnlySpan<byte> encoded, Stream file)
    {
        if (format == SKEncodedImageFormat.Jpeg)
        {
            return JpegScans.Problem(encoded);
        }

        if (format == SKEncodedImageFormat.Png && !PngChunks.Read(file).HasEnd)
        {
            return "its last chunk, IEND, is missing";
        }

        if (format == SKEncodedImageFormat.Webp && !IsWholeRiff(encoded))
        {
            return "it is shorter than its header says";
        }

        return null;
    }

    /// <summary>The padding byte that makes a length even may be missing, because some writers omit it.</summary>
    private static bool IsWholeRiff(ReadOnlySpan<byte> file)
    {
        var announced = (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        return file.Length >= RiffHeaderBytes + announced - 1;
    }
}
