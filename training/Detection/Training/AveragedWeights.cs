using System.Globalization;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Exponential moving average of a detector's weights: average ← d·average + (1−d)·weights after every step
/// (Polyak and Juditsky 1992).
/// </summary>
internal static class AveragedWeights
{
    /// <summary>Makes one detector's weights and statistics those of another; they need no gradient.</summary>
    public static void Begin(Detector average, Detector detector)
    {
        using var _ = no_grad();
        foreach (var (target, source) in StateDict.InOrder(average).Zip(StateDict.InOrder(detector)))
        {
            target.Value.copy_(source.Value);
            target.Value.requires_grad = false;
        }
    }

    /// <summary>Moves the parameters by one step; statistics are those of the detector.</summary>
    /// <param name="average">The copy that holds the moving average.</param>
    /// <param name="detector">The detector that is being trained.</param>
    /// <param name="decay">Share of the average that a step keeps.</param>
    public static void Update(Detector average, Detector detector, double decay)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var (target, source) in average.parameters().Zip(detector.parameters()))
        {
            target.mul_(decay).add_(source, alpha: 1 - decay);
        }

        foreach (var (target, source) in average.buffers().Zip(detector.buffers()))
        {
            target.copy_(source);
        }
    }

    /// <summary>A warning for a run that is too short for the average to forget the initial weights.</summary>
    /// <param name="decay">Share of the average that a step keeps.</param>
    /// <param name="steps">Of the whole run.</param>
    public static IEnumerable<string> Remarks(double decay, long steps)
    {
        const double Noticeable = 0.05;
        var fraction = Math.Pow(decay, steps);
        if (fraction > Noticeable)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"warning: after {steps} steps the averaged weights still hold {fraction:P0} of the initial ones; "
                + $"a smaller --ema forgets them sooner");
        }
    }
}
