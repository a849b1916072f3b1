using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Augmentation;

/// <summary>Chooses a part of an image by area and aspect ratio (torchvision's class of this name).</summary>
/// <param name="minScale">Smallest share of the area.</param>
/// <param name="maxScale">Largest share of the area.</param>
internal sealed class RandomResizedCrop(double minScale, double maxScale)
{
    private const int Attempts = 10;
    private const double MinRatio = 3.0 / 4, MaxRatio = 4.0 / 3;

    /// <summary>A random part; after ten draws that do not fit, the largest centred part of an allowed ratio.</summary>
    public CropBox Choose(int height, int width, RandomNumbers random)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var scale = random.Uniform(minScale, maxScale);
            var ratio = Math.Exp(random.Uniform(Math.Log(MinRatio), Math.Log(MaxRatio)));
            if (Size(height, width, scale, ratio) is { } size)
            {
                return new CropBox(
                    Top: random.NextInt(height - size.Height + 1),
                    Left: random.NextInt(width - size.Width + 1),
                    Height: size.Height,
                    Width: size.Width);
            }
        }

        return Fallback(height, width);
    }

    /// <summary>How small an image may be so that each side of every part has at least as many pixels as its view.</summary>
    /// <param name="sizePixels">Sides of the view.</param>
    public LeastSize LeastImage(int sizePixels) => new((double)sizePixels * sizePixels / (minScale * MinRatio), sizePixels);

    /// <summary>The sides of a part, or null when it does not fit.</summary>
    public static (int Height, int Width)? Size(int height, int width, double scale, double ratio)
    {
        // torchvision draws both numbers in float32.
        var area = (double)height * width * (float)scale;
        var aspect = (float)ratio;
        var w = (int)Math.Round(Math.Sqrt(area * aspect));
        var h = (int)Math.Round(Math.Sqrt(area / aspect));
        var fits = w > 0 && w <= width && h > 0 && h <= height;
        return fits ? (h, w) : null;
    }

    /// <summary>The largest centred part whose ratio is allowed.</summary>
    public static CropBox Fallback(int height, int width)
    {
        var ratio = (double)width / height;
        var h = ratio < MinRatio ? (int)Math.Round(width / MinRatio) : height;
        var w = ratio > MaxRatio ? (int)Math.Round(height * MaxRatio) : width;
        return new CropBox(Top: (height - h) / 2, Left: (width - w) / 2, Height: h, Width: w);
    }
}
