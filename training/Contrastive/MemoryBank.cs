using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// A unit vector for every image of the data set, the negatives of instance discrimination (Wu et al. 2018; PyContrast's
/// <c>mem_bank.py</c>). No command trains with it: it stays because the golden vectors hold it to its reference
/// (<c>contrast/memory_bank</c>).
/// </summary>
internal sealed class MemoryBank : IDisposable
{
    private readonly double momentum;

    /// <param name="rows">float32 [M, D], unit length; taken over, and disposed with the bank.</param>
    /// <param name="momentum">Share of a row that an update keeps.</param>
    public MemoryBank(Tensor rows, double momentum) => (Rows, this.momentum) = (rows.DetachFromDisposeScope(), momentum);

    /// <summary>float32 [M, D].</summary>
    public Tensor Rows { get; }

    /// <summary>Similarities with an image's own row and with drawn ones.</summary>
    /// <param name="features">[N, D], unit length.</param>
    /// <param name="index">int64 [N], the images' rows.</param>
    /// <param name="negatives">int64 [N, K], drawn rows; an image's own row may be among them, as in the reference.</param>
    /// <param name="temperature">Divides the similarities.</param>
    /// <returns>[N, 1 + K]; the image's own row is column 0.</returns>
    public Tensor Logits(Tensor features, Tensor index, Tensor negatives, double temperature)
    {
        var indices = cat([index.unsqueeze(1), negatives], 1);                                         // [N, 1 + K]
        var rows = Rows.index_select(0, indices.flatten()).view(indices.shape[0], indices.shape[1], -1);  // [N, 1 + K, D]
        return rows.bmm(features.unsqueeze(2)).squeeze(2) / temperature;
    }

    /// <summary>Moves the images' rows towards their features, at unit length.</summary>
    public void Update(Tensor features, Tensor index)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var moved = momentum * Rows.index_select(0, index) + (1 - momentum) * features;
        Rows.index_copy_(0, index, nn.functional.normalize(moved, dim: 1));
    }

    public void Dispose() => Rows.Dispose();
}
