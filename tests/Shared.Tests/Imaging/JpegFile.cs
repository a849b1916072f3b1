using Pipeline.Shared.Imaging;
using SkiaSharp;

namespace Pipeline.Shared.Tests.Imaging;

/// <summary>Encodes test images as sequential JPEG.</summary>
internal static class JpegFile
{
    /// <param name="image">The image.</param>
    /// <param name="quality">0..100</param>
    public static byte[] Encode(RgbImage image, int quality = 85)
    {
        using var bitmap = SKBitmap.Decode(ImageEncoder.Png(image));
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        return data.ToArray();
    }
}
