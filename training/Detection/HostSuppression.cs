using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Filtering and suppression on the host: the one place where boxes leave the device, in one copy.</summary>
internal static class HostSuppression
{
    /// <param name="boxes">float32 [S, 4], clipped.</param>
    /// <param name="scores">float32 [S]</param>
    /// <param name="groups">int64 [S]: boxes of different groups never suppress each other.</param>
    /// <param name="minSide">Boxes with a smaller side go.</param>
    /// <param name="minScore">Boxes with a smaller score go.</param>
    /// <param name="inclusive">A score equal to <paramref name="minScore"/> stays.</param>
    /// <param name="iouThreshold">IoU above which the worse box goes.</param>
    /// <param name="topN">Boxes kept at most.</param>
    /// <returns>int64 indices of the kept boxes, by falling score, on the device of the boxes.</returns>
    public static Tensor Run(Tensor boxes, Tensor scores, Tensor groups, double minSide, double minScore, bool inclusive, double iouThreshold, int topN)
    {
        if (boxes.shape[0] == 0)
        {
            return empty(0, dtype: int64, device: boxes.device);
        }

        using var scope = NewDisposeScope();
        var packed = cat([boxes, scores.unsqueeze(1), groups.unsqueeze(1).to(float32)], 1).OnHost();
        var rows = MemoryMarshal.Cast<byte, Candidate>(packed.bytes);
        var (candidates, values, classes, sources) = (new Box[rows.Length], new float[rows.Length], new int[rows.Length], new long[rows.Length]);
        var count = 0;
        for (var i = 0; i < rows.Length; i++)
        {
            ref readonly var row = ref rows[i];
            if (row.Box.Width >= (float)minSide && row.Box.Height >= (float)minSide && (inclusive ? row.Score >= (float)minScore : row.Score > (float)minScore))
            {
                (candidates[count], values[count], classes[count], sources[count]) = (row.Box, row.Score, (int)row.Group, i);
                count++;
            }
        }

        var kept = new int[count];
        var keptCount = NonMaximumSuppression.RunBatched(candidates.AsSpan(0, count), values.AsSpan(0, count), classes.AsSpan(0, count), (float)iouThreshold, kept);
        var indices = kept.Take(Math.Min(keptCount, topN)).Select(index => sources[index]).ToArray();
        return tensor(indices, dtype: int64, device: boxes.device).MoveToOuterDisposeScope();
    }

    [StructLayout(LayoutKind.Sequential, Pack = 4)]
    private readonly record struct Candidate(Box Box, float Score, float Group);
}
