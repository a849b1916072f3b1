using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Tells a file's format from its first bytes alone, however damaged the rest is.</summary>
internal static class ImageSignature
{
    private const int BmpReservedAt = 6;
    private const int BmpReservedBytes = 4;
    private const int RiffTypeAt = 8;

    /// <param name="beginning">The first bytes of a file.</param>
    /// <returns>The format; null when it is none that is read.</returns>
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

        if (beginning.StartsWith("RIFF"u8) && beginning.Length > RiffTypeAt && beginning[RiffTypeAt..].StartsWith("WEBP"u8))
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

    /// <summary>A text may begin with BM, but has no zeros where the header reserves four bytes.</summary>
    private static bool IsBmp(ReadOnlySpan<byte> beginning)
    {
        if (!beginning.StartsWith("BM"u8) || beginning.Length < BmpReservedAt + BmpReservedBytes)
        {
            return false;
        }

        return !beginning.Slice(BmpReservedAt, BmpReservedBytes).ContainsAnyExcept((byte)0);
    }
}
