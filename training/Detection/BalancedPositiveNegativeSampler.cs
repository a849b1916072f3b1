using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Chooses <paramref name="count"/> of the candidate indices [n].</summary>
internal delegate Tensor CandidateChoice(Tensor candidates, long count);

/// <summary>Chooses the boxes that make a loss: at most a share of objects, the rest background (torchvision's class of this name).</summary>
internal sealed class BalancedPositiveNegativeSampler(int batchSizePerImage, double positiveFraction, CandidateChoice choose)
{
    /// <summary>A choice at random from a stream of its own.</summary>
    public static CandidateChoice Random(Generator generator) => (candidates, count) =>
        candidates.index_select(0, randperm(candidates.shape[0], dtype: int64, device: CPU, generator: generator)[..(int)count].to(candidates.device));

    /// <param name="labels">[S]: ≥ 1 object, 0 background, less: not to be used.</param>
    /// <returns>Indices of objects and of both, each rising.</returns>
    public (Tensor Positive, Tensor All) Sample(Tensor labels)
    {
        var positive = labels.ge(1).WhereTrue();
        var negative = labels.eq(0).WhereTrue();
        var positiveCount = Math.Min(positive.shape[0], (long)(batchSizePerImage * positiveFraction));
        var negativeCount = Math.Min(negative.shape[0], batchSizePerImage - positiveCount);
        var chosen = choose(positive, positiveCount).sort().Values;
        return (chosen, cat([chosen, choose(negative, negativeCount)]).sort().Values);
    }
}
