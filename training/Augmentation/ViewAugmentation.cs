using System.ComponentModel.DataAnnotations;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;

namespace Pipeline.Training.Augmentation;

/// <summary>How a view of an image is made; the defaults are PyContrast's augmentation "D", InfoMin's own.</summary>
public sealed record ViewOptions
{
    /// <summary>Side of a view in pixels.</summary>
    [Range(16, 1024)] public int SizePixels { get; init; } = 224;

    /// <summary>Smallest share of the image's area that a view shows.</summary>
    [Range(0.01, 1)] public double MinScale { get; init; } = 0.2;

    /// <summary>
    /// Whether a JPEG is decoded at the fewest eighths of its sides at which the smallest crop still has a pixel for each of the view's
    /// (and of the patches' crop). Faster; the views are other ones than of the whole image.
    /// </summary>
    public bool ScaledDecoding { get; init; }

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

    /// <summary>Operations that RandAugment draws; 0 is without it.</summary>
    [Range(0, 15)] public int RandAugmentCount { get; init; } = 2;

    /// <summary>RandAugment's mean level.</summary>
    [Range(0, 10)] public double RandAugmentMagnitude { get; init; } = 10;

    /// <summary>Standard deviation of RandAugment's level.</summary>
    [Range(0, 10)] public double RandAugmentMagnitudeStd { get; init; } = 0.5;
}

/// <summary>
/// Random views in the authors' order: crop, flip, colour jitter, blur, RandAugment, grey (Tian et al. 2020; PyContrast's augmentation
/// "D").
/// </summary>
internal sealed class ViewAugmentation(ViewOptions options)
{
    private const double FlipProbability = 0.5, MinBlurSigma = 0.1, MaxBlurSigma = 2.0;
    private readonly RandomResizedCrop crop = new(options.MinScale, 1);
    private readonly ColorJitter jitter = new(options.Jitter, options.Jitter, options.Jitter, options.JitterHue);
    private readonly RandAugment randAugment = new(options.RandAugmentCount, options.RandAugmentMagnitude, options.RandAugmentMagnitudeStd);

    /// <summary>How small an image may be decoded for these views.</summary>
    public LeastSize LeastImage => crop.LeastImage(options.SizePixels);

    /// <summary>What the next view of an image shows.</summary>
    /// <param name="height">Rows of the image.</param>
    /// <param name="width">Columns of the image.</param>
    /// <param name="random">The image's own stream.</param>
    public View Draw(int height, int width, RandomNumbers random) => new(
        options.SizePixels,
        crop.Choose(height, width, random),
        random.Chance(FlipProbability),
        random.Chance(options.JitterProbability) ? jitter.Draw(random) : [],
        random.Chance(options.BlurProbability) ? random.Uniform(MinBlurSigma, MaxBlurSigma) : null,
        randAugment.Draw(random),
        random.Chance(options.GrayscaleProbability));
}
