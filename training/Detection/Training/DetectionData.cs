using System.Collections.Concurrent;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Frames in KITTI's layout as images and targets; decoded images stay in memory up to a limit. Worker threads may call it.
/// </summary>
/// <param name="dataset">The frames.</param>
/// <param name="labels">The classes; objects of other types are left out.</param>
/// <param name="cacheBytes">Memory for decoded images.</param>
/// <param name="ignoreDontCare">Give DontCare regions as regions to ignore.</param>
internal sealed class DetectionData(Dataset dataset, LabelMap labels, long cacheBytes, bool ignoreDontCare = false) : IDisposable
{
    private readonly ConcurrentDictionary<string, RgbImage> cache = new(StringComparer.Ordinal);
    private long cachedBytes;

    /// <summary>Memory of the decoded images that are kept.</summary>
    internal long CachedBytes => Interlocked.Read(ref cachedBytes);

    /// <param name="frameId">The frame.</param>
    /// <param name="flip">Mirror it left to right.</param>
    /// <param name="jitter">Changes of colour, in their order.</param>
    /// <param name="resize">Another size for the 8-bit pixels, from the image's (detectron2's resize); null leaves them.</param>
    /// <returns>uint8 [3, H, W] and the objects in its pixels, on the CPU.</returns>
    public (Tensor Image, DetectionTarget Target) Load(
        string frameId,
        bool flip,
        IReadOnlyList<ColorJitterStep>? jitter = null,
        Func<(int Height, int Width), (int Height, int Width)?>? resize = null)
    {
        using var scope = NewDisposeScope();
        var image = Decode(frameId, out var kept);
        var original = (image.HeightPixels, image.WidthPixels);
        var size = resize?.Invoke(original) ?? original;
        var rows = empty(size.Item1, size.Item2, 3, dtype: uint8);
        if (size == original)
        {
            image.Pixels.CopyTo(rows.bytes);
        }
        else
        {
            ResizedCrop.Resize(
                image.Pixels,
                image.WidthPixels,
                new CropBox(Top: 0, Left: 0, Height: image.HeightPixels, Width: image.WidthPixels),
                rows.bytes,
                size.Item1,
                size.Item2);
        }

        if (flip)
        {
            HorizontalFlip.Apply(rows.bytes, size.Item2);
        }

        foreach (var step in jitter ?? [])
        {
            ColorJitter.Apply(step, rows.bytes);
        }

        if (!kept)
        {
            image.Dispose();
        }

        var annotated = dataset.ReadLabels(frameId, original.WidthPixels, original.HeightPixels);
        KittiObject[] objects = [.. annotated.Where(entry => labels.Label(entry.Type) >= 0)];
        var classes = tensor(objects.Select(entry => labels.Label(entry.Type) + 1L).ToArray(), [objects.Length]);
        Tensor Boxes(IEnumerable<KittiObject> entries)
        {
            float[] corners = [
                .. entries.Select(entry => Move(entry.Box, original, size)).Select(box => flip ? Mirror(box, size.Item2) : box)
                .SelectMany(box => new[] { box.X1, box.Y1, box.X2, box.Y2 })];
            return tensor(corners, [corners.Length / 4, 4]).MoveToOuterDisposeScope();
        }

        var pixels = rows.permute(2, 0, 1).contiguous().MoveToOuterDisposeScope();   // [3, H, W]
        var target = new DetectionTarget(Boxes(objects), classes.MoveToOuterDisposeScope())
        {
            Ignore = ignoreDontCare ? Boxes(annotated.Where(entry => entry.Type == KittiClasses.DontCare)) : null,
        };
        return (pixels, target);
    }

    /// <summary>The size of a frame, as it is decoded; only its header is read.</summary>
    public (int WidthPixels, int HeightPixels) ReadSize(string frameId) => ImageDecoder.ReadSize(dataset.ImagePath(frameId));

    public void Dispose()
    {
        foreach (var image in cache.Values)
        {
            image.Dispose();
        }
    }

    // Plain numbers and no tensors: a worker's tensor arithmetic would hand scalars to native code that a collection may take away (see
    // CollectionPause).
    // A box is learned as far as it is in its image, as both references' loaders have it.
    private static Box Move(Box box, (int Height, int Width) from, (int Height, int Width) to)
    {
        var y = (double)to.Height / from.Height;
        var x = (double)to.Width / from.Width;
        float X(double value) => (float)Math.Clamp(value * x, 0, to.Width);
        float Y(double value) => (float)Math.Clamp(value * y, 0, to.Height);
        return new Box(X(box.X1), Y(box.Y1), X(box.X2), Y(box.Y2));
    }

    /// <summary>A box of an image that is mirrored left to right.</summary>
    /// <param name="box">In pixels.</param>
    /// <param name="width">Columns of the image.</param>
    internal static Box Mirror(Box box, int width) => new(width - box.X2, box.Y1, width - box.X1, box.Y2);

    private RgbImage Decode(string frameId, out bool kept)
    {
        if (cache.TryGetValue(frameId, out var known))
        {
            kept = true;
            return known;
        }

        var image = ImageDecoder.DecodeFile(dataset.ImagePath(frameId));
        kept = Interlocked.Add(ref cachedBytes, image.BufferBytes) <= cacheBytes && cache.TryAdd(frameId, image);
        if (!kept)
        {
            Interlocked.Add(ref cachedBytes, -image.BufferBytes);
        }

        return image;
    }
}
