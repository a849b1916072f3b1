using Pipeline.Shared;

namespace Pipeline.Training.Augmentation;

/// <summary>A part of <see cref="ColorJitter"/>.</summary>
internal enum ColorJitterOperation
{
    Brightness,
    Contrast,
    Saturation,
    Hue,
}

/// <summary>One part with what was drawn for it.</summary>
/// <param name="Operation">What is changed.</param>
/// <param name="Factor">1 changes nothing; for the hue a share of the circle, where 0 changes nothing.</param>
internal readonly record struct ColorJitterStep(ColorJitterOperation Operation, double Factor);

/// <summary>
/// Brightness, contrast, saturation and hue in random order, on 8-bit RGB as Pillow computes them (torchvision's class of this name).
/// </summary>
/// <param name="brightness">Factors are 1 ± this.</param>
/// <param name="contrast">Factors are 1 ± this.</param>
/// <param name="saturation">Factors are 1 ± this.</param>
/// <param name="hue">Shifts are ± this share of the circle.</param>
internal sealed class ColorJitter(double brightness, double contrast, double saturation, double hue)
{
    /// <summary>All four in random order.</summary>
    public IReadOnlyList<ColorJitterStep> Draw(RandomNumbers random) =>
        [.. random.Permutation(4).Select(index => (ColorJitterOperation)index switch
    {
        ColorJitterOperation.Brightness => new ColorJitterStep(ColorJitterOperation.Brightness, Factor(random, brightness)),
        ColorJitterOperation.Contrast => new ColorJitterStep(ColorJitterOperation.Contrast, Factor(random, contrast)),
        ColorJitterOperation.Saturation => new ColorJitterStep(ColorJitterOperation.Saturation, Factor(random, saturation)),
        _ => new ColorJitterStep(ColorJitterOperation.Hue, random.Uniform(-hue, hue)),
    })];

    /// <summary>Changes the pixels in place.</summary>
    public static void Apply(ColorJitterStep step, Span<byte> rgb)
    {
        switch (step.Operation)
        {
            case ColorJitterOperation.Brightness:
                AdjustBrightness(rgb, step.Factor);
                break;
            case ColorJitterOperation.Contrast:
                AdjustContrast(rgb, step.Factor);
                break;
            case ColorJitterOperation.Saturation:
                AdjustSaturation(rgb, step.Factor);
                break;
            default:
                HueShift.Apply(rgb, step.Factor);
                break;
        }
    }

    /// <summary>Blends with black.</summary>
    public static void AdjustBrightness(Span<byte> rgb, double factor)
    {
        BlendWithLevel(rgb, 0, (float)factor);
    }

    /// <summary>Blends with the mean gray level.</summary>
    public static void AdjustContrast(Span<byte> rgb, double factor)
    {
        long sum = 0;
        for (var i = 0; i < rgb.Length; i += 3)
        {
            sum += Grayscale.Level(rgb[i], rgb[i + 1], rgb[i + 2]);
        }

        var mean = (byte)((double)sum / (rgb.Length / 3) + 0.5);
        BlendWithLevel(rgb, mean, (float)factor);
    }

    /// <summary>Blends with the gray image.</summary>
    public static void AdjustSaturation(Span<byte> rgb, double factor)
    {
        for (var i = 0; i < rgb.Length; i += 3)
        {
            var gray = Grayscale.Level(rgb[i], rgb[i + 1], rgb[i + 2]);
            rgb[i] = Blend(gray, rgb[i], (float)factor);
            rgb[i + 1] = Blend(gray, rgb[i + 1], (float)factor);
            rgb[i + 2] = Blend(gray, rgb[i + 2], (float)factor);
        }
    }

    private static void BlendWithLevel(Span<byte> rgb, byte level, float factor)
    {
        Span<byte> curve = stackalloc byte[256];
        for (var value = 0; value < curve.Length; value++)
        {
            curve[value] = Blend(level, (byte)value, factor);
        }

        ToneCurves.Map(rgb, curve);
    }

    private static double Factor(RandomNumbers random, double strength) => random.Uniform(Math.Max(0, 1 - strength), 1 + strength);

    /// <summary>Between the degenerate image (factor 0) and the image (1), or beyond it; cut to 8 bit.</summary>
    public static byte Blend(byte degenerate, byte value, float factor) =>
        (byte)Math.Clamp(degenerate + factor * (value - degenerate), 0f, 255f);
}
