namespace Pipeline.Training.Engine;

/// <summary>Learning rate of the detector by step: linear warm-up, then steps down (torchvision's reference recipe).</summary>
/// <param name="learningRate">After the warm-up.</param>
/// <param name="warmupSteps">Steps of the warm-up.</param>
/// <param name="warmupFactor">Fraction of the rate at which the warm-up starts.</param>
/// <param name="milestones">Steps, from 0, from which on the rate is smaller.</param>
/// <param name="gamma">Factor of each fall.</param>
public sealed class WarmupMultiStepSchedule(
    double learningRate, long warmupSteps, double warmupFactor, IReadOnlyList<long> milestones, double gamma)
{
    /// <param name="step">From 0, counted over the whole run.</param>
    public double At(long step)
    {
        var factor = step < warmupSteps ? warmupFactor + (1 - warmupFactor) * step / warmupSteps : 1;
        return learningRate * factor * Math.Pow(gamma, milestones.Count(milestone => step >= milestone));
    }
}
