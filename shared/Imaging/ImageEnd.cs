using System.Buffers.Binary;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// Tells whether a file reaches the end that its format announces, where the decoder would show the picture without it: missing scans
/// of a progressive JPEG are a blur to it, and an orientation behind the pixels of PNG and WebP is none.
/// </summary>
/// <remarks>A GIF is not looked at: its first picture is all that is read of it, and the decoder wants every row of that.</remarks>
internal static class ImageEnd
{
    private const int RiffHeaderBytes = 8;

    /// <param name="format">The file's format.</param>
    /// <param name="encoded">The file.</param>
    /// <param name="file">The same file.</param>
    /// <returns>What is missing, for a message; null when nothing is.</returns>
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

    /// <summary>A byte that only makes a length even may be missing, as some writers forget it.</summary>
    private static bool IsWholeRiff(ReadOnlySpan<byte> file)
    {
        var announced = (long)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]);
        return file.Length >= RiffHeaderBytes + announced - 1;
    }
}
