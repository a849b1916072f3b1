using System.Buffers;
using System.Runtime.InteropServices;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Probing;

/// <summary>The objects of labelled images, cut out and resized to one size.</summary>
/// <param name="images">The images with their annotations.</param>
/// <param name="labels">The classes; objects of other classes are left out.</param>
/// <param name="sizePixels">Sides of a crop.</param>
internal sealed class LabeledCrops(IReadOnlyList<SurveyedImage> images, LabelMap labels, int sizePixels)
{
    private const int LeastSidePixels = 8, LeastBatch = 64;

    /// <summary>Batches of at least 64 crops, the last one perhaps of fewer; the caller disposes them.</summary>
    public IEnumerable<CropBatch> Batches(int workers)
    {
        var gathered = new List<CropBatch>();
        foreach (var crops in Prefetch.InOrder(images.Count, workers, index => Cut(images[index])))
        {
            gathered.Add(crops);
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

    private CropBatch Cut(SurveyedImage surveyed)
    {
        using var image = ImageDecoder.DecodeFile(surveyed.Image.Path);
        (CropBox Box, int Label)[] objects =
        [
            .. surveyed.Annotations.Where(entry => !entry.IsIgnored)
                .Select(entry => (Box: Inside(entry.Box, image), Label: labels.Label(entry.Class)))
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

    private static CropBox Inside(in Box box, RgbImage image)
    {
        var left = Math.Clamp((int)Math.Floor(box.X1), 0, image.WidthPixels);
        var top = Math.Clamp((int)Math.Floor(box.Y1), 0, image.HeightPixels);
        var right = Math.Clamp((int)Math.Ceiling(box.X2), 0, image.WidthPixels);
        var bottom = Math.Clamp((int)Math.Ceiling(box.Y2), 0, image.HeightPixels);
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
