namespace Pipeline.Training.Contrastive;

/// <summary>Learning rate of contrastive training, set once an epoch, or once a batch while it warms up (PyContrast's <c>base_trainer.py</c>).</summary>
/// <param name="learningRate">At the beginning.</param>
/// <param name="epochs">Of the whole run.</param>
public sealed class ContrastiveSchedule(double learningRate, int epochs)
{
    /// <summary>Cosine to <c>learningRate · DecayRate³</c>; else steps.</summary>
    public bool Cosine { get; init; } = true;

    /// <summary>Factor of a step.</summary>
    public double DecayRate { get; init; } = 0.1;

    /// <summary>Epochs, from 1, after which the rate falls by a step.</summary>
    public IReadOnlyList<int> DecayEpochs { get; init; } = [];

    /// <summary>Epochs of the linear warm-up; 0: none.</summary>
    public int WarmupEpochs { get; init; }

    /// <summary>Rate at the very beginning of the warm-up.</summary>
    public double WarmupFrom { get; init; } = 0.01;

    /// <param name="epoch">From 1.</param>
    /// <param name="batch">From 0.</param>
    /// <param name="batches">Batches of an epoch.</param>
    public double At(int epoch, int batch, int batches)
    {
        if (epoch > WarmupEpochs)
        {
            return AtEpoch(epoch);
        }

        var share = (batch + (epoch - 1.0) * batches) / ((double)WarmupEpochs * batches);
        return WarmupFrom + share * (AtEpoch(WarmupEpochs) - WarmupFrom);
    }

    /// <param name="epoch">From 1.</param>
    public double AtEpoch(int epoch)
    {
        if (!Cosine)
        {
            return learningRate * Math.Pow(DecayRate, DecayEpochs.Count(decay => epoch > decay));
        }

        var lowest = learningRate * Math.Pow(DecayRate, 3);
        return lowest + (learningRate - lowest) * (1 + Math.Cos(Math.PI * epoch / epochs)) / 2;
    }
}
