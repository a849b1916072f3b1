using System.Runtime.InteropServices;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using static TorchSharp.torch;

namespace Pipeline.Training.Data;

/// <summary>Two views of each image of a batch, on the CPU.</summary>
/// <param name="Query">float32 [N, 3, S, S], normalised.</param>
/// <param name="Key">float32 [N, 3, S, S], normalised.</param>
internal sealed record ViewBatch(Tensor Query, Tensor Key) : IDisposable
{
    public void Dispose()
    {
        Query.Dispose();
        Key.Dispose();
    }
}

/// <summary>Batches of views of unlabelled images; what a view shows depends on seed, epoch and image alone.</summary>
internal sealed class ContrastiveViews(IReadOnlyList<string> files, ViewOptions options, ulong seed)
{
    private readonly ViewAugmentation augmentation = new(options);

    /// <summary>Batches of an epoch; a last one that would not be full is left out, because its batch norms would see too little.</summary>
    public int Batches(int batchSize) => files.Count / batchSize;

    /// <summary>The batches of an epoch in random order, made on worker threads.</summary>
    public IEnumerable<ViewBatch> Epoch(int epoch, int batchSize, int workers)
    {
        var order = new RandomNumbers(seed, "order", (ulong)epoch).Permutation(files.Count);
        return Prefetch.InOrder(Batches(batchSize), workers, index => Batch(order.AsSpan(index * batchSize, batchSize), epoch));
    }

    private ViewBatch Batch(ReadOnlySpan<int> images, int epoch)
    {
        long[] shape = [images.Length, 3, options.SizePixels, options.SizePixels];
        var batch = new ViewBatch(empty(shape, float32), empty(shape, float32));
        var length = 3 * options.SizePixels * options.SizePixels;
        for (var i = 0; i < images.Length; i++)
        {
            using var image = ImageDecoder.DecodeFile(files[images[i]]);
            var random = new RandomNumbers(seed, "views", ((ulong)epoch << 32) + (ulong)images[i]);
            foreach (var tensor in new[] { batch.Query, batch.Key })
            {
                augmentation.Apply(image, random, MemoryMarshal.Cast<byte, float>(tensor.bytes).Slice(i * length, length));
            }
        }

        return batch;
    }
}
