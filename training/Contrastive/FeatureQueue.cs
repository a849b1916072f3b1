using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// The keys of the last batches, the negatives of the next one: a ring of K rows (He et al. 2020, section 3.2; PyContrast's
/// <c>mem_moco.py</c>).
/// </summary>
internal sealed class FeatureQueue : IDisposable
{
    /// <param name="rows">float32 [K, D]; taken over, and disposed with the queue.</param>
    /// <param name="index">The row that the next key replaces.</param>
    public FeatureQueue(Tensor rows, int index = 0) => (Rows, Index) = (rows.DetachFromDisposeScope(), index);

    /// <summary>float32 [K, D].</summary>
    public Tensor Rows { get; }

    /// <summary>The row that the next key replaces.</summary>
    public int Index { get; private set; }

    /// <summary>Keys that ever came in.</summary>
    public long Enqueued { get; private set; }

    /// <summary>Random rows of unit length.</summary>
    public static FeatureQueue Random(int size, int dimension, Generator generator, Device device)
    {
        using var rows = randn(size, dimension, dtype: float32, generator: generator);
        return new FeatureQueue(nn.functional.normalize(rows, dim: 1).to(device));
    }

    /// <summary>Replaces the oldest rows, around the end of the ring.</summary>
    /// <param name="keys">[N, D]; N may exceed what is left before the end, but not K.</param>
    /// <exception cref="ArgumentException">There are more keys than rows.</exception>
    public void Enqueue(Tensor keys)
    {
        var count = (int)keys.shape[0];
        var size = (int)Rows.shape[0];
        if (count > size)
        {
            throw new ArgumentException($"{count} keys do not fit in a queue of {size} rows.", nameof(keys));
        }

        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var first = Math.Min(count, size - Index);
        Rows.narrow(0, Index, first).copy_(keys.narrow(0, 0, first));
        if (count > first)
        {
            Rows.narrow(0, 0, count - first).copy_(keys.narrow(0, first, count - first));
        }

        Index = (Index + count) % size;
        Enqueued += count;
    }

    /// <summary>Takes over what a queue held.</summary>
    public void Restore(Tensor rows, int index, long enqueued)
    {
        using var _ = no_grad();
        Rows.copy_(rows);
        Index = index;
        Enqueued = enqueued;
    }

    public void Dispose() => Rows.Dispose();
}
