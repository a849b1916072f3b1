using Pipeline.Shared.Geometry;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>An image at another size, to draw boxes of the original in; dispose it.</summary>
public sealed class ScaledPicture : IDisposable
{
    private const int LargestMagnification = 4;
    private readonly float scaleX;
    private readonly float scaleY;

    private ScaledPicture(RgbImage image, float scaleX, float scaleY)
    {
        Image = image;
        this.scaleX = scaleX;
        this.scaleY = scaleY;
    }

    /// <summary>The scaled image.</summary>
    public RgbImage Image { get; }

    /// <summary>
    /// An image whose longer side has at most so many pixels, and where it can at least half as many: a small image is magnified up to
    /// four times, so that captions fit into it.
    /// </summary>
    /// <param name="image">The original; it may be disposed afterwards.</param>
    /// <param name="longestSidePixels">Of the picture.</param>
    public static ScaledPicture Of(RgbImage image, int longestSidePixels)
    {
        var longer = Math.Max(image.WidthPixels, image.HeightPixels);
        var larger = Math.Min(LargestMagnification, Math.Max(1f, longestSidePixels / 2f / longer));
        var scale = Math.Min(larger, (float)longestSidePixels / longer);
        var width = Math.Max(1, (int)MathF.Round(scale * image.WidthPixels));
        var height = Math.Max(1, (int)MathF.Round(scale * image.HeightPixels));
        using var bitmap = Bitmap(image, width, height);
        return new ScaledPicture(
            ImageEncoder.FromBitmap(bitmap), (float)width / image.WidthPixels, (float)height / image.HeightPixels);
    }

    /// <summary>A box of the original image in this one.</summary>
    public DrawnBox Scaled(DrawnBox box) => box with { Box = Scaled(box.Box, scaleX, scaleY) };

    /// <summary>Frees the scaled image.</summary>
    public void Dispose() => Image.Dispose();

    /// <summary>A box at another size.</summary>
    internal static Box Scaled(Box box, float x, float y) => new(X1: box.X1 * x, Y1: box.Y1 * y, X2: box.X2 * x, Y2: box.Y2 * y);

    /// <summary>An image at another size.</summary>
    internal static SKBitmap Bitmap(RgbImage image, int width, int height)
    {
        var scaled = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var original = ImageEncoder.ToBitmap(image);
        using var pixels = original.PeekPixels();
        using var picture = SKImage.FromPixels(pixels);
        using var canvas = new SKCanvas(scaled);
        canvas.DrawImage(picture, SKRect.Create(width, height), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        canvas.Flush();
        return scaled;
    }
}
