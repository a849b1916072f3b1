using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Gives every candidate box its object, or none (torchvision's <c>Matcher</c>).</summary>
/// <param name="highThreshold">IoU from which a candidate is matched.</param>
/// <param name="lowThreshold">IoU below which it is background.</param>
/// <param name="allowLowQualityMatches">Every object keeps its best candidates, however low their IoU.</param>
public sealed class Matcher(double highThreshold, double lowThreshold, bool allowLowQualityMatches)
{
    /// <summary>The candidate is background.</summary>
    public const long BelowLowThreshold = -1;

    /// <summary>The candidate is neither object nor background.</summary>
    public const long BetweenThresholds = -2;

    /// <param name="quality">IoU of objects and candidates: [G, S] with G ≥ 1.</param>
    /// <returns>int64 [S]: index of the object, or one of the two constants.</returns>
    public Tensor Match(Tensor quality)
    {
        var (best, index) = quality.max(0);
        var matches = index.masked_fill(best < lowThreshold, BelowLowThreshold)
            .masked_fill((best >= lowThreshold).logical_and(best < highThreshold), BetweenThresholds);
        if (allowLowQualityMatches)
        {
            var bestOfObject = quality.max(1).values.view(-1, 1);
            matches = where((quality == bestOfObject).any(0), index, matches);
        }

        return matches;
    }
}
