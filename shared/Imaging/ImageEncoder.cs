using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Encodes images, and converts them to and from SkiaSharp's bitmaps.</summary>
public static class ImageEncoder
{
    /// <summary>The image as a PNG file.</summary>
    public static byte[] Png(RgbImage image)
    {
        using var bitmap = ToBitmap(image);
        return Png(bitmap);
    }

    /// <summary>The image as a JPEG file.</summary>
    /// <param name="image">The image.</param>
    /// <param name="quality">0..100</param>
    public static byte[] Jpeg(RgbImage image, int quality = 90)
    {
        using var bitmap = ToBitmap(image);
        using var data = bitmap.Encode(SKEncodedImageFormat.Jpeg, quality);
        return data.ToArray();
    }

    internal static byte[] Png(SKBitmap bitmap)
    {
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return data.ToArray();
    }

    internal static SKBitmap ToBitmap(RgbImage image)
    {
        var bitmap = new SKBitmap(new SKImageInfo(image.WidthPixels, image.HeightPixels, SKColorType.Rgba8888, SKAlphaType.Opaque));
        var target = bitmap.GetPixelSpan();
        var source = image.Pixels;
        for (int i = 0, j = 0; j < source.Length; i += 4, j += 3)
        {
            source.Slice(j, 3).CopyTo(target[i..]);
            target[i + 3] = byte.MaxValue;
        }

        return bitmap;
    }

    internal static RgbImage FromBitmap(SKBitmap bitmap)
    {
        var image = RgbImage.Allocate(bitmap.Width, bitmap.Height);
        var target = image.Pixels;
        var source = bitmap.GetPixelSpan();
        for (int i = 0, j = 0; j < target.Length; i += 4, j += 3)
        {
            source.Slice(i, 3).CopyTo(target[j..]);
        }

        return image;
    }
}
