using static TorchSharp.torch;

namespace Pipeline.Training.Probing;

/// <summary>Classifies by the labels of the most similar features, weighted by e^(similarity/0.07) (Wu et al. 2018, section 3.4).</summary>
internal static class NearestNeighbors
{
    private const double Temperature = 0.07;
    private const int ChunkRows = 256;

    /// <param name="known">[M, C], any length.</param>
    /// <param name="labels">int64 [M], from 0.</param>
    /// <param name="asked">[T, C]</param>
    /// <param name="classes">How many.</param>
    /// <param name="neighbors">How many vote.</param>
    /// <returns>int64 [T]</returns>
    public static Tensor Classify(Tensor known, Tensor labels, Tensor asked, int classes, int neighbors = 20)
    {
        using var scope = NewDisposeScope();
        var directions = nn.functional.normalize(known, dim: 1).t();                                             // [C, M]
        var chosen = nn.functional.normalize(asked, dim: 1).split(ChunkRows).Select(rows =>
        {
            var (similarity, index) = rows.mm(directions).topk((int)Math.Min(neighbors, known.shape[0]), 1);   // [R, k]
            var votes = zeros(rows.shape[0], classes, device: known.device);
            return votes.scatter_add_(1, labels.take(index), (similarity / Temperature).exp()).argmax(1);
        });
        return cat([.. chosen]).MoveToOuterDisposeScope();
    }
}
