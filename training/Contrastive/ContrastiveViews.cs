using System.Runtime.InteropServices;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>Batches of views of unlabelled images; a view depends only on seed, epoch and image.</summary>
/// <param name="files">The images.</param>
/// <param name="views">How query and key are made.</param>
/// <param name="jigsaw">How patches are made; null without the jigsaw branch.</param>
/// <param name="seed">The run's seed.</param>
/// <param name="skipped">Takes the images that cannot be read; their batch is smaller by them.</param>
/// <param name="device">Where the batches will go.</param>
internal sealed class ContrastiveViews(
    IReadOnlyList<string> files, ViewOptions views, JigsawOptions? jigsaw, ulong seed, SkippedImages skipped, string device = "cpu")
{
    private readonly ViewAugmentation augmentation = new(views);
    private readonly JigsawAugmentation? patches = jigsaw is null ? null : new(jigsaw);
    private readonly LeastSize? least = views.ScaledDecoding ? Least(views, jigsaw) : null;

    /// <summary>Batches of an epoch, with or without a last one that is not full.</summary>
    public int Batches(int batchSize, bool dropLast) => dropLast ? files.Count / batchSize : (files.Count + batchSize - 1) / batchSize;

    /// <summary>
    /// The batches of an epoch in random order, made on worker threads; all tensors are on the CPU and the caller's to dispose.
    /// </summary>
    /// <param name="epoch">Chooses order and views.</param>
    /// <param name="batchSize">Images of a batch; fewer where some cannot be read.</param>
    /// <param name="workers">Batches in the making at once.</param>
    /// <param name="firstBatch">Where to begin, from 0.</param>
    /// <param name="dropLast">Leave out a last batch that is not full.</param>
    public IEnumerable<ContrastiveBatch> Epoch(int epoch, int batchSize, int workers, int firstBatch = 0, bool dropLast = true)
    {
        var order = new RandomNumbers(seed, "order", (ulong)epoch).Permutation(files.Count);
        return Prefetch.InOrder(Batches(batchSize, dropLast) - firstBatch, workers, index =>
        {
            var first = (firstBatch + index) * batchSize;
            return Batch(order.AsSpan(first, Math.Min(batchSize, order.Length - first)), epoch);
        });
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

        var read = new List<string>(images.Length);
        foreach (var index in images)
        {
            using var image = Decode(files[index]);
            if (image is null)
            {
                continue;
            }

            Render(image, new RandomNumbers(seed, "views", ((ulong)epoch << 32) + (ulong)index), batch, read.Count);
            read.Add(files[index]);
        }

        batch = batch with { Files = read };
        batch = read.Count == images.Length ? batch : First(batch, read.Count);
        return batch with
        {
            Query = PinnedMemory.For(device, batch.Query),
            Key = PinnedMemory.For(device, batch.Key),
            Patches = batch.Patches is { } made ? PinnedMemory.For(device, made) : null,
        };
    }

    private RgbImage? Decode(string file)
    {
        try
        {
            return ImageDecoder.DecodeFile(file, least: least);
        }
        catch (Exception exception) when (exception is UserErrorException or IOException or UnauthorizedAccessException)
        {
            skipped.Add(file, exception is UserErrorException ? exception.Message : $"{file}: {exception.Message}");
            return null;
        }
    }

    private static LeastSize Least(ViewOptions views, JigsawOptions? jigsaw)
    {
        var ofViews = new ViewAugmentation(views).LeastImage;
        return jigsaw is null ? ofViews : ofViews.And(new JigsawAugmentation(jigsaw).LeastImage);
    }

    private void Render(RgbImage image, RandomNumbers random, ContrastiveBatch batch, int index)
    {
        augmentation.Draw(image.HeightPixels, image.WidthPixels, random).Render(image, Part<float>(batch.Query, index, batch.Count));
        augmentation.Draw(image.HeightPixels, image.WidthPixels, random).Render(image, Part<float>(batch.Key, index, batch.Count));
        if (patches is null)
        {
            return;
        }

        patches.Render(image, random, Part<float>(batch.Patches!, index, batch.Count));
        var order = Part<long>(batch.PatchOrder!, index, batch.Count);
        foreach (var patch in random.Permutation(JigsawHead.Patches))
        {
            order[0] = patch;
            order = order[1..];
        }
    }

    private static ContrastiveBatch First(ContrastiveBatch batch, int count)
    {
        using var _ = batch;
        return batch with
        {
            Query = batch.Query.narrow(0, 0, count),
            Key = batch.Key.narrow(0, 0, count),
            Patches = batch.Patches?.narrow(0, 0, count * JigsawHead.Patches),
            PatchOrder = batch.PatchOrder?.narrow(0, 0, count),
        };
    }

    private static Span<T> Part<T>(Tensor tensor, int index, int count)
        where T : struct
    {
        var values = MemoryMarshal.Cast<byte, T>(tensor.bytes);
        return values.Slice(index * (values.Length / count), values.Length / count);
    }
}
