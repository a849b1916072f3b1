using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Scales images for people to look at; what a network sees is resized in the exported graph.</summary>
public static class Resizer
{
    /// <summary>Bilinear, with smaller copies of the image where it shrinks.</summary>
    /// <returns>The scaled image; dispose it.</returns>
    public static RgbImage Resize(RgbImage image, int widthPixels, int heightPixels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(widthPixels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(heightPixels);
        using var source = ImageEncoder.ToBitmap(image);
        using var target = new SKBitmap(new SKImageInfo(widthPixels, heightPixels, SKColorType.Rgba8888, SKAlphaType.Opaque));
        source.ScalePixels(target, new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        return ImageEncoder.FromBitmap(target);
    }

    /// <summary>Shrinks an image, keeping its aspect ratio, so that no side exceeds the limit; a smaller image is copied.</summary>
    public static RgbImage Fit(RgbImage image, int maxSidePixels)
    {
        var scale = Math.Min(1, (double)maxSidePixels / Math.Max(image.WidthPixels, image.HeightPixels));
        var width = Math.Max(1, (int)Math.Round(image.WidthPixels * scale));
        var height = Math.Max(1, (int)Math.Round(image.HeightPixels * scale));
        return Resize(image, width, height);
    }
}
