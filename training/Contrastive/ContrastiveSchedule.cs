namespace Pipeline.Training.Contrastive;

/// <summary>
/// Learning rate of a contrastive training, set once an epoch: a cosine from the first rate to a thousandth of it (PyContrast's
/// <c>base_trainer.py</c>, whose decay rate of 0.1 counts to the third power).
/// </summary>
/// <param name="learningRate">At the beginning.</param>
/// <param name="epochs">Of the whole run.</param>
internal sealed class ContrastiveSchedule(double learningRate, int epochs)
{
    private const double DecayRate = 0.1;

    /// <summary>The rate of an epoch.</summary>
    /// <param name="epoch">From 1.</param>
    public double AtEpoch(int epoch)
    {
        var lowest = learningRate * Math.Pow(DecayRate, 3);
        return lowest + (learningRate - lowest) * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2;
    }
}
