namespace Pipeline.Training.Engine;

/// <summary>Learning rate of the detector by iteration: linear warm-up, then steps down at epochs (torchvision's reference recipe).</summary>
/// <param name="learningRate">After the warm-up.</param>
/// <param name="warmupIterations">Iterations of the warm-up; the rate begins at a thousandth.</param>
/// <param name="milestones">Epochs, from 0, at whose beginning the rate falls.</param>
/// <param name="gamma">Factor of each fall.</param>
public sealed class WarmupMultiStepSchedule(double learningRate, int warmupIterations, IReadOnlyList<int> milestones, double gamma)
{
    private const double WarmupFactor = 0.001;

    /// <param name="epoch">From 0.</param>
    /// <param name="iteration">From 0, counted over the whole run.</param>
    public double At(int epoch, long iteration)
    {
        var share = iteration < warmupIterations ? WarmupFactor + (1 - WarmupFactor) * iteration / warmupIterations : 1;
        return learningRate * share * Math.Pow(gamma, milestones.Count(milestone => epoch >= milestone));
    }
}
