using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Probing;

/// <summary>The objects of labelled frames, cut out and resized to one size.</summary>
/// <param name="dataset">The frames.</param>
/// <param name="frames">Which of them.</param>
/// <param name="labels">The classes; objects of other types are left out.</param>
/// <param name="sizePixels">Sides of a crop.</param>
internal sealed class LabeledCrops(Dataset dataset, IReadOnlyList<string> frames, LabelMap labels, int sizePixels)
{
    private const int LeastSidePixels = 8, LeastBatch = 64;

    /// <summary>Batches of at least 64 crops, the last one perhaps of fewer; the caller disposes them.</summary>
    public IEnumerable<CropBatch> Batches(int workers)
    {
        var gathered = new List<CropBatch>();
        foreach (var frame in Prefetch.InOrder(frames.Count, workers, index => Cut(frames[index])))
        {
            gathered.Add(frame);
            if (gathered.Sum(batch => batch.Labels.Length) >= LeastBatch)
            {
                yield return CropBatch.Join(gathered);
                gathered.Clear();
            }
        }

        if (gathered.Sum(batch => batch.Labels.Length) > 0)
        {
            yield return CropBatch.Join(gathered);
        }
    }

    private CropBatch Cut(string frame)
    {
        using var image = ImageDecoder.DecodeFile(dataset.ImagePath(frame));
        var seen = dataset.ReadLabels(frame, image.WidthPixels, image.HeightPixels);
        (CropBox Box, int Label)[] objects =
        [
            .. seen.Select(entry => (Box: Inside(entry, image), Label: labels.Label(entry.Type)))
                .Where(entry => entry.Label >= 0 && Math.Min(entry.Box.Height, entry.Box.Width) >= LeastSidePixels),
        ];
        var crops = empty([objects.Length, 3, sizePixels, sizePixels], float32);
        var length = 3 * sizePixels * sizePixels;
        var pixels = ArrayPool<byte>.Shared.Rent(length);
        for (var i = 0; i < objects.Length; i++)
        {
            ResizedCrop.Resize(image.Pixels, image.WidthPixels, objects[i].Box, pixels.AsSpan(0, length), sizePixels, sizePixels);
            Normalization.Apply(pixels.AsSpan(0, length), MemoryMarshal.Cast<byte, float>(crops.bytes).Slice(i * length, length));
        }

        ArrayPool<byte>.Shared.Return(pixels);
        return new CropBatch(crops, [.. objects.Select(entry => (long)entry.Label)]);
    }

    private static CropBox Inside(KittiObject entry, RgbImage image)
    {
        var left = Math.Clamp((int)Math.Floor(entry.Box.X1), 0, image.WidthPixels);
        var top = Math.Clamp((int)Math.Floor(entry.Box.Y1), 0, image.HeightPixels);
        var right = Math.Clamp((int)Math.Ceiling(entry.Box.X2), 0, image.WidthPixels);
        var bottom = Math.Clamp((int)Math.Ceiling(entry.Box.Y2), 0, image.HeightPixels);
        return new CropBox(Top: top, Left: left, Height: bottom - top, Width: right - left);
    }
}

/// <summary>Crops and their classes.</summary>
/// <param name="Crops">float32 [M, 3, S, S], normalised, on the CPU.</param>
/// <param name="Labels">M classes, from 0.</param>
internal sealed record CropBatch(Tensor Crops, long[] Labels) : IDisposable
{
    /// <summary>One batch of several, which are disposed.</summary>
    public static CropBatch Join(IReadOnlyList<CropBatch> batches)
    {
        var joined = new CropBatch(cat([.. batches.Select(batch => batch.Crops)]), [.. batches.SelectMany(batch => batch.Labels)]);
        foreach (var batch in batches)
        {
            batch.Dispose();
        }

        return joined;
    }

    public void Dispose() => Crops.Dispose();
}
