using System.Runtime.InteropServices;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Contrastive;
using static TorchSharp.torch;

namespace Pipeline.Training.Data;

/// <summary>Batches of views of unlabelled images; what a view shows depends on seed, epoch and image alone.</summary>
/// <param name="files">The images.</param>
/// <param name="views">How query and key are made.</param>
/// <param name="jigsaw">How patches are made; null without the jigsaw branch.</param>
/// <param name="seed">The run's seed.</param>
internal sealed class ContrastiveViews(IReadOnlyList<string> files, ViewOptions views, JigsawOptions? jigsaw, ulong seed)
{
    private readonly ViewAugmentation augmentation = new(views);
    private readonly JigsawAugmentation? patches = jigsaw is null ? null : new(jigsaw);

    /// <summary>Batches of an epoch; a last one that would not be full is left out, because its batch norms would see too little.</summary>
    public int Batches(int batchSize) => files.Count / batchSize;

    /// <summary>The batches of an epoch in random order, made on worker threads; all tensors are on the CPU and the caller's to dispose.</summary>
    public IEnumerable<ContrastiveBatch> Epoch(int epoch, int batchSize, int workers, int firstBatch = 0)
    {
        var order = new RandomNumbers(seed, "order", (ulong)epoch).Permutation(files.Count);
        return Prefetch.InOrder(Batches(batchSize) - firstBatch, workers, index => Batch(order.AsSpan((firstBatch + index) * batchSize, batchSize), epoch));
    }

    private ContrastiveBatch Batch(ReadOnlySpan<int> images, int epoch)
    {
        long count = images.Length;
        long[] shape = [count, 3, views.SizePixels, views.SizePixels];
        var batch = new ContrastiveBatch(empty(shape, float32), empty(shape, float32));
        if (jigsaw is not null)
        {
            batch = batch with
            {
                Patches = empty([count * JigsawHead.Patches, 3, jigsaw.PatchSizePixels, jigsaw.PatchSizePixels], float32),
                PatchOrder = empty([count, JigsawHead.Patches], int64),
            };
        }

        for (var i = 0; i < images.Length; i++)
        {
            using var image = ImageDecoder.DecodeFile(files[images[i]]);
            var random = new RandomNumbers(seed, "views", ((ulong)epoch << 32) + (ulong)images[i]);
            augmentation.Draw(image.HeightPixels, image.WidthPixels, random).Render(image, Part<float>(batch.Query, i, images.Length));
            augmentation.Draw(image.HeightPixels, image.WidthPixels, random).Render(image, Part<float>(batch.Key, i, images.Length));
            if (patches is not null)
            {
                patches.Render(image, random, Part<float>(batch.Patches!, i, images.Length));
                var places = Part<long>(batch.PatchOrder!, i, images.Length);
                foreach (var patch in random.Permutation(JigsawHead.Patches))
                {
                    places[0] = patch;
                    places = places[1..];
                }
            }
        }

        return batch;
    }

    private static Span<T> Part<T>(Tensor tensor, int index, int count)
        where T : struct
    {
        var values = MemoryMarshal.Cast<byte, T>(tensor.bytes);
        return values.Slice(index * (values.Length / count), values.Length / count);
    }
}
