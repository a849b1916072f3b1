using System.Buffers;
using Pipeline.Shared;

namespace Pipeline.Training.Augmentation;

/// <summary>An operation of <see cref="RandAugment"/>.</summary>
internal enum RandAugmentOperation
{
    AutoContrast,
    Equalize,
    Invert,
    Rotate,
    PosterizeTpu,
    Solarize,
    SolarizeAdd,
    Color,
    Contrast,
    Brightness,
    Sharpness,
    ShearX,
    ShearY,
    TranslateXRel,
    TranslateYRel,
}

/// <summary>One operation with what was drawn for it.</summary>
/// <param name="Operation">What is done.</param>
/// <param name="Value">
/// Degrees, bits, threshold, addend, factor or fraction of the side; without meaning where the operation takes none.
/// </param>
/// <param name="Resampling">Of the operations that move pixels.</param>
internal readonly record struct RandAugmentStep(RandAugmentOperation Operation, double Value, Resampling Resampling = Resampling.Bilinear);

/// <summary>Some random operations of one strength (Cubuk et al. 2020, with PyContrast's list of fifteen and its level formulas).</summary>
/// <param name="count">Operations drawn for an image, with replacement; each is then applied with probability ½.</param>
/// <param name="magnitude">Mean level, 0..10.</param>
/// <param name="magnitudeStd">Standard deviation of the level, which is cut to 0..10.</param>
internal sealed class RandAugment(int count, double magnitude, double magnitudeStd)
{
    private const double MaxLevel = 10;
    private const double Probability = 0.5;
    private static readonly RandAugmentOperation[] Operations = Enum.GetValues<RandAugmentOperation>();

    /// <summary>The operations for an image.</summary>
    public IReadOnlyList<RandAugmentStep> Draw(RandomNumbers random)
    {
        var steps = new List<RandAugmentStep>(count);
        for (var i = 0; i < count; i++)
        {
            var operation = Operations[random.NextInt(Operations.Length)];
            if (!random.Chance(Probability))
            {
                continue;
            }

            var level = Math.Clamp(magnitude + magnitudeStd * random.Normal(), 0, MaxLevel);
            var sign = random.Chance(0.5) ? -1 : 1;
            steps.Add(new RandAugmentStep(
                operation, Value(operation, level, sign), random.Chance(0.5) ? Resampling.Bicubic : Resampling.Bilinear));
        }

        return steps;
    }

    /// <summary>The argument of an operation at a level of 0..10; only what moves pixels has a sign.</summary>
    public static double Value(RandAugmentOperation operation, double level, int sign)
    {
        var fraction = level / MaxLevel;
        return operation switch
        {
            RandAugmentOperation.Rotate => sign * 30 * fraction,
            RandAugmentOperation.PosterizeTpu => (int)(fraction * 4),
            RandAugmentOperation.Solarize => (int)(fraction * 256),
            RandAugmentOperation.SolarizeAdd => (int)(fraction * 110),
            RandAugmentOperation.Color or RandAugmentOperation.Contrast => 0.1 + 1.8 * fraction,
            RandAugmentOperation.Brightness or RandAugmentOperation.Sharpness => 0.1 + 1.8 * fraction,
            RandAugmentOperation.ShearX or RandAugmentOperation.ShearY => sign * 0.3 * fraction,
            RandAugmentOperation.TranslateXRel or RandAugmentOperation.TranslateYRel => sign * 0.45 * fraction,
            _ => 0,
        };
    }

    /// <summary>Changes 8-bit RGB in place; HWC.</summary>
    public static void Apply(RandAugmentStep step, Span<byte> rgb, int height, int width)
    {
        switch (step.Operation)
        {
            case RandAugmentOperation.AutoContrast:
                ToneCurves.AutoContrast(rgb);
                break;
            case RandAugmentOperation.Equalize:
                ToneCurves.Equalize(rgb);
                break;
            case RandAugmentOperation.Invert:
                ToneCurves.Invert(rgb);
                break;
            case RandAugmentOperation.PosterizeTpu:
                ToneCurves.Posterize(rgb, (int)step.Value);
                break;
            case RandAugmentOperation.Solarize:
                ToneCurves.Solarize(rgb, (int)step.Value);
                break;
            case RandAugmentOperation.SolarizeAdd:
                ToneCurves.SolarizeAdd(rgb, (int)step.Value);
                break;
            case RandAugmentOperation.Color:
                ColorJitter.AdjustSaturation(rgb, step.Value);
                break;
            case RandAugmentOperation.Contrast:
                ColorJitter.AdjustContrast(rgb, step.Value);
                break;
            case RandAugmentOperation.Brightness:
                ColorJitter.AdjustBrightness(rgb, step.Value);
                break;
            case RandAugmentOperation.Sharpness:
                Sharpness.Adjust(rgb, height, width, step.Value);
                break;
            case RandAugmentOperation.Rotate:
                Warp(rgb, height, width, AffineMap.Rotate(step.Value, height, width), step.Resampling);
                break;
            case RandAugmentOperation.ShearX:
                Warp(rgb, height, width, AffineMap.ShearX(step.Value), step.Resampling);
                break;
            case RandAugmentOperation.ShearY:
                Warp(rgb, height, width, AffineMap.ShearY(step.Value), step.Resampling);
                break;
            case RandAugmentOperation.TranslateXRel:
                Warp(rgb, height, width, AffineMap.Translate(step.Value * width, 0), step.Resampling);
                break;
            case RandAugmentOperation.TranslateYRel:
                Warp(rgb, height, width, AffineMap.Translate(0, step.Value * height), step.Resampling);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(step), step.Operation, "is not an operation");
        }
    }

    private static void Warp(Span<byte> rgb, int height, int width, AffineMap map, Resampling resampling)
    {
        var rented = ArrayPool<byte>.Shared.Rent(rgb.Length + 1);
        try
        {
            rgb.CopyTo(rented);
            AffineWarp.Apply(rented.AsSpan(0, rgb.Length + 1), rgb, height, width, map, resampling);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(rented);
        }
    }
}
