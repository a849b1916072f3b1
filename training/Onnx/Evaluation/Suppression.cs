using System.Runtime.InteropServices;
using Pipeline.Shared.Geometry;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>The operator <c>NonMaxSuppression</c>, on the host.</summary>
internal static class Suppression
{
    /// <param name="inputs">Boxes [B, S, 4], scores [B, C, S], the most boxes kept, the overlap, the least score.</param>
    /// <returns>int64 [kept, 3]: batch, class, box; by falling score within a batch's class.</returns>
    public static Tensor Select(Tensor?[] inputs)
    {
        var boxes = inputs[0]!.contiguous();
        var scores = inputs[1]!.contiguous();
        var most = inputs.ElementAtOrDefault(2) is { } count ? count.data<long>()[0] : 0;
        var overlap = inputs.ElementAtOrDefault(3) is { } iou ? iou.data<float>()[0] : 0;
        var least = inputs.ElementAtOrDefault(4) is { } score ? score.data<float>()[0] : float.NegativeInfinity;
        var classes = scores.shape[1];
        var length = (int)scores.shape[2];
        var all = MemoryMarshal.Cast<byte, Box>(boxes.bytes);
        var kept = new List<long>();
        for (var row = 0; row < scores.shape[0] * classes; row++)
        {
            var ofRow = MemoryMarshal.Cast<byte, float>(scores.bytes).Slice(row * length, length);
            var candidates = Indices(ofRow, least);
            var batch = row / (int)classes;
            Box[] candidateBoxes = Rows(all.Slice(batch * length, length), candidates);
            float[] candidateScores = Rows(ofRow, candidates);
            var chosen = new int[Math.Min(candidates.Count, most)];
            var found = NonMaximumSuppression.Run(candidateBoxes, candidateScores, overlap, chosen);
            foreach (var index in chosen.AsSpan(0, found))
            {
                kept.AddRange([batch, row % classes, candidates[index]]);
            }
        }

        return tensor(kept, dtype: int64).reshape(-1, 3);
    }

    private static List<int> Indices(ReadOnlySpan<float> scores, float least)
    {
        var indices = new List<int>();
        for (var i = 0; i < scores.Length; i++)
        {
            if (scores[i] > least)
            {
                indices.Add(i);
            }
        }

        return indices;
    }

    private static T[] Rows<T>(ReadOnlySpan<T> all, List<int> indices)
    {
        var rows = new T[indices.Count];
        for (var i = 0; i < rows.Length; i++)
        {
            rows[i] = all[indices[i]];
        }

        return rows;
    }
}
