using System.Buffers;
using System.ComponentModel.DataAnnotations;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Augmentation;

/// <summary>How a view of an image is made.</summary>
public sealed record ViewOptions
{
    /// <summary>Sides of a view in pixels.</summary>
    [Range(16, 1024)] public int SizePixels { get; init; } = 224;

    /// <summary>Smallest share of the image's area that a view shows.</summary>
    [Range(0.01, 1)] public double MinScale { get; init; } = 0.2;

    /// <summary>Probability of colour jitter.</summary>
    [Range(0, 1)] public double JitterProbability { get; init; } = 0.8;

    /// <summary>Strength of the jitter of brightness, contrast and saturation.</summary>
    [Range(0, 1)] public double Jitter { get; init; } = 0.8;

    /// <summary>Strength of the jitter of the hue, as a share of the circle.</summary>
    [Range(0, 0.5)] public double JitterHue { get; init; } = 0.2;

    /// <summary>Probability of blur.</summary>
    [Range(0, 1)] public double BlurProbability { get; init; } = 0.5;

    /// <summary>Probability of grey.</summary>
    [Range(0, 1)] public double GrayscaleProbability { get; init; } = 0.2;
}

/// <summary>A random view of an image: crop, flip, colour jitter, blur, grey, in this order; then normalised (PyContrast's chain "D" without RandAugment).</summary>
internal sealed class ViewAugmentation(ViewOptions options)
{
    private static readonly float[] Mean = [0.485f, 0.456f, 0.406f], Std = [0.229f, 0.224f, 0.225f];
    private readonly RandomResizedCrop crop = new(options.MinScale, 1);
    private readonly ColorJitter jitter = new(options.Jitter, options.Jitter, options.Jitter, options.JitterHue);

    /// <param name="image">The image.</param>
    /// <param name="random">The view's own stream.</param>
    /// <param name="view">Receives 3 · size · size numbers, CHW.</param>
    public void Apply(RgbImage image, RandomNumbers random, Span<float> view)
    {
        var size = options.SizePixels;
        var rented = ArrayPool<byte>.Shared.Rent(3 * size * size);
        try
        {
            var pixels = rented.AsSpan(0, 3 * size * size);
            ResizedCrop.Resize(image.Pixels, image.WidthPixels, crop.Choose(image.HeightPixels, image.WidthPixels, random), pixels, size, size);
            if (random.Chance(0.5))
            {
                HorizontalFlip.Apply(pixels, size);
            }

            if (random.Chance(options.JitterProbability))
            {
                jitter.Apply(pixels, random);
            }

            if (random.Chance(options.BlurProbability))
            {
                GaussianBlur.Apply(pixels, size, size, random.Uniform(0.1, 2.0));
            }

            if (random.Chance(options.GrayscaleProbability))
            {
                Grayscale.Apply(pixels);
            }

            for (var channel = 0; channel < 3; channel++)
            {
                var (scale, shift) = (1 / (255 * Std[channel]), Mean[channel] / Std[channel]);
                var plane = view.Slice(channel * size * size, size * size);
                for (var i = 0; i < plane.Length; i++)
                {
                    plane[i] = pixels[3 * i + channel] * scale - shift;
                }
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
