using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Recognizes a file's format by its first bytes alone, however damaged the rest is.</summary>
internal static class ImageSignature
{
    private const int BmpReservedOffset = 6;
    private const int BmpReservedBytes = 4;
    private const int RiffTypeOffset = 8;

    /// <param name="beginning">The first bytes of a file.</param>
    /// <returns>The format; null when it is not supported.</returns>
    public static SKEncodedImageFormat? Read(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> png = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];
        if (beginning.StartsWith(png))
        {
            return SKEncodedImageFormat.Png;
        }

        if (IsJpeg(beginning))
        {
            return SKEncodedImageFormat.Jpeg;
        }

        if (beginning.StartsWith("GIF87a"u8) || beginning.StartsWith("GIF89a"u8))
        {
            return SKEncodedImageFormat.Gif;
        }

        if (beginning.StartsWith("RIFF"u8) && beginning.Length > RiffTypeOffset && beginning[RiffTypeOffset..].StartsWith("WEBP"u8))
        {
            return SKEncodedImageFormat.Webp;
        }

        return IsBmp(beginning) ? SKEncodedImageFormat.Bmp : null;
    }

    private static bool IsJpeg(ReadOnlySpan<byte> beginning)
    {
        ReadOnlySpan<byte> startOfImage = [0xFF, 0xD8];
        var hasOtherMarker = beginning.Length == 2 || (beginning.Length > 2 && beginning[2] == 0xFF);
        return beginning.StartsWith(startOfImage) && hasOtherMarker;
    }

    /// <summary>Text may begin with BM, but has no zeros in the header's four reserved bytes.</summary>
    private static bool IsBmp(ReadOnlySpan<byte> beginning)
    {
        if (!beginning.StartsWith("BM"u8) || beginning.Length < BmpReservedOffset + BmpReservedBytes)
        {
            return false;
        }

        return !beginning.Slice(BmpReservedOffset, BmpReservedBytes).ContainsAnyExcept((byte)0);
    }
}
