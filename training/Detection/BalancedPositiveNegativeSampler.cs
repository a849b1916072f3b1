using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Chooses <paramref name="count"/> of the candidate indices.</summary>
internal delegate long[] CandidateChoice(long[] candidates, int count);

/// <summary>
/// Chooses the boxes that make a loss: at most a share of objects, the rest background (torchvision's class of this name).
/// </summary>
/// <remarks>On the host: how many are chosen is a shape, and the labels of a batch come in one copy.</remarks>
internal sealed class BalancedPositiveNegativeSampler(int batchSizePerImage, double positiveFraction, CandidateChoice choose)
{
    /// <summary>A choice at random from a stream of its own.</summary>
    public static CandidateChoice Random(Generator generator) => (candidates, count) =>
    {
        using var order = randperm(candidates.Length, dtype: int64, device: CPU, generator: generator);
        var positions = MemoryMarshal.Cast<byte, long>(order.bytes);
        var chosen = new long[count];
        for (var i = 0; i < count; i++)
        {
            chosen[i] = candidates[positions[i]];
        }

        return chosen;
    };

    /// <param name="labels">[S] of each image: ≥ 1 object, 0 background, less: not to be used.</param>
    public BatchSample Sample(IReadOnlyList<Tensor> labels)
    {
        using var scope = NewDisposeScope();
        using var host = cat([.. labels]).clamp(-1, 1).to(int8).OnHost();
        var kinds = MemoryMarshal.Cast<byte, sbyte>(host.bytes);
        var positive = new List<long>();
        var all = new List<long>();
        var counts = new long[labels.Count];
        var offset = 0;
        for (var image = 0; image < counts.Length; image++)
        {
            var length = (int)labels[image].shape[0];
            var (positiveOfImage, allOfImage) = SampleImage(kinds.Slice(offset, length));
            positive.AddRange(positiveOfImage.Select(index => index + offset));
            all.AddRange(allOfImage.Select(index => index + offset));
            counts[image] = allOfImage.Length;
            offset += length;
        }

        var device = labels[0].device;
        return new BatchSample(
            tensor(positive.ToArray()).OnDevice(device).MoveToOuterDisposeScope(),
            tensor(all.ToArray()).OnDevice(device).MoveToOuterDisposeScope(),
            counts);
    }

    private (long[] Positive, long[] All) SampleImage(ReadOnlySpan<sbyte> kinds)
    {
        var positive = IndicesOf(1, kinds);
        var negative = IndicesOf(0, kinds);
        var positiveCount = Math.Min(positive.Length, (int)(batchSizePerImage * positiveFraction));
        var negativeCount = Math.Min(negative.Length, batchSizePerImage - positiveCount);
        var chosen = choose(positive, positiveCount);
        long[] all = [.. chosen, .. choose(negative, negativeCount)];
        Array.Sort(chosen);
        Array.Sort(all);
        return (chosen, all);
    }

    private static long[] IndicesOf(sbyte kind, ReadOnlySpan<sbyte> kinds)
    {
        var indices = new long[kinds.Count(kind)];
        var count = 0;
        for (var i = 0; i < kinds.Length; i++)
        {
            if (kinds[i] == kind)
            {
                indices[count++] = i;
            }
        }

        return indices;
    }
}

/// <summary>What was chosen in a batch, as indices into the labels of all images one after the other; rising.</summary>
/// <param name="Positive">int64 [P], the objects.</param>
/// <param name="All">int64 [S], objects and background.</param>
/// <param name="Counts">How many of <paramref name="All"/> are of each image.</param>
internal sealed record BatchSample(Tensor Positive, Tensor All, long[] Counts);
