using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// Filtering and suppression of a batch on the host: its boxes leave the device in one copy, and its groups (levels or classes of an image) are
/// looked through in parallel.
/// </summary>
internal static class HostSuppression
{
    /// <param name="boxes">float32 [R, 4] of all images, clipped.</param>
    /// <param name="scores">float32 [R]</param>
    /// <param name="groups">Every row is in one group at most; boxes of different groups never suppress each other.</param>
    /// <param name="images">How many images the groups speak of.</param>
    /// <param name="rule">What goes.</param>
    public static KeptBoxes Run(Tensor boxes, Tensor scores, IReadOnlyList<BoxGroup> groups, int images, SuppressionRule rule)
    {
        using var scope = NewDisposeScope();
        var host = cat([boxes, scores.unsqueeze(1)], 1).OnHost();
        var count = (int)boxes.shape[0];
        var rows = ArrayPool<Row>.Shared.Rent(count);
        try
        {
            MemoryMarshal.Cast<byte, Row>(host.bytes).CopyTo(rows);
            var ofGroups = new Kept[groups.Count][];
            Parallel.For(0, groups.Count, group => ofGroups[group] = OfGroup(rows, groups[group], rule));
            var ofImages = new long[images][];
            Parallel.For(0, images, image => ofImages[image] = OfImage(groups, ofGroups, image, rule.TopN));
            var indices = tensor(ofImages.SelectMany(kept => kept).ToArray()).OnDevice(boxes.device);
            return new KeptBoxes(indices.MoveToOuterDisposeScope(), [.. ofImages.Select(kept => (long)kept.Length)]);
        }
        finally
        {
            ArrayPool<Row>.Shared.Return(rows);
        }
    }

    /// <summary>Rows of a group that stay, by falling score.</summary>
    private static Kept[] OfGroup(Row[] rows, BoxGroup group, SuppressionRule rule)
    {
        var boxes = ArrayPool<Box>.Shared.Rent(group.Count);
        var scores = ArrayPool<float>.Shared.Rent(group.Count);
        var sources = ArrayPool<int>.Shared.Rent(group.Count);
        var kept = ArrayPool<int>.Shared.Rent(group.Count);
        try
        {
            var count = 0;
            for (var i = 0; i < group.Count; i++)
            {
                var source = group.First + i * group.Stride;
                ref readonly var row = ref rows[source];
                if (rule.Keeps(row.Box, row.Score))
                {
                    boxes[count] = row.Box;
                    scores[count] = row.Score;
                    sources[count] = source;
                    count++;
                }
            }

            var room = kept.AsSpan(0, Math.Min(count, rule.TopN));
            var result = new Kept[NonMaximumSuppression.Run(boxes.AsSpan(0, count), scores.AsSpan(0, count), (float)rule.IouThreshold, room)];
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = new Kept(scores[kept[i]], sources[kept[i]]);
            }

            return result;
        }
        finally
        {
            ArrayPool<Box>.Shared.Return(boxes);
            ArrayPool<float>.Shared.Return(scores);
            ArrayPool<int>.Shared.Return(sources);
            ArrayPool<int>.Shared.Return(kept);
        }
    }

    /// <summary>Rows of an image by falling score, merged from its groups.</summary>
    private static long[] OfImage(IReadOnlyList<BoxGroup> groups, Kept[][] ofGroups, int image, int topN)
    {
        var heads = new PriorityQueue<(int Group, int Position), Kept>();
        for (var group = 0; group < ofGroups.Length; group++)
        {
            if (groups[group].Image == image && ofGroups[group].Length > 0)
            {
                heads.Enqueue((group, 0), ofGroups[group][0]);
            }
        }

        var merged = new List<long>();
        while (merged.Count < topN && heads.TryDequeue(out var head, out var best))
        {
            merged.Add(best.Row);
            var next = head.Position + 1;
            if (next < ofGroups[head.Group].Length)
            {
                heads.Enqueue((head.Group, next), ofGroups[head.Group][next]);
            }
        }

        return [.. merged];
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Row(Box Box, float Score);

    /// <summary>Orders by falling score; equal scores keep the order of their rows.</summary>
    private readonly record struct Kept(float Score, int Row) : IComparable<Kept>
    {
        public int CompareTo(Kept other)
        {
            var byScore = other.Score.CompareTo(Score);
            return byScore != 0 ? byScore : Row.CompareTo(other.Row);
        }
    }
}

/// <summary>Rows of one image that may suppress each other.</summary>
/// <param name="Image">Its image in the batch.</param>
/// <param name="First">Its first row.</param>
/// <param name="Count">Its rows.</param>
/// <param name="Stride">From one of its rows to the next.</param>
internal readonly record struct BoxGroup(int Image, int First, int Count, int Stride);

/// <summary>What stays of the boxes of a batch.</summary>
/// <param name="Rows">int64 [K] on the boxes' device: rows of the first image by falling score, then those of the next.</param>
/// <param name="Counts">How many of them are of each image.</param>
internal sealed record KeptBoxes(Tensor Rows, long[] Counts);

/// <summary>Which boxes stay.</summary>
/// <param name="MinSidePixels">Boxes with a smaller side go.</param>
/// <param name="MinScore">Boxes with a smaller score go.</param>
/// <param name="Inclusive">A score equal to <paramref name="MinScore"/> stays.</param>
/// <param name="IouThreshold">IoU above which the worse box goes.</param>
/// <param name="TopN">Boxes of an image that are kept at most.</param>
internal sealed record SuppressionRule(double MinSidePixels, double MinScore, bool Inclusive, double IouThreshold, int TopN)
{
    public bool Keeps(in Box box, float score)
    {
        var highEnough = Inclusive ? score >= (float)MinScore : score > (float)MinScore;
        return highEnough && box.Width >= (float)MinSidePixels && box.Height >= (float)MinSidePixels;
    }
}
