using System.Collections.Concurrent;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Augmentation;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Labelled images as pixels and targets; decoded images stay in memory up to a limit. Worker threads may call it.
/// </summary>
/// <param name="images">The images with their annotations.</param>
/// <param name="labels">The classes; objects of other classes are left out.</param>
/// <param name="cacheBytes">Memory for decoded images.</param>
/// <param name="withIgnored">Give what is to be ignored (DontCare, crowds, difficult objects) as regions of the target.</param>
internal sealed class DetectionData(
    IReadOnlyList<SurveyedImage> images, LabelMap labels, long cacheBytes, bool withIgnored = false) : IDisposable
{
    private readonly Dictionary<string, SurveyedImage> byId = images.ToDictionary(image => image.Image.Id, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, RgbImage> cache = new(StringComparer.Ordinal);
    private long cachedBytes;

    /// <summary>Memory of the decoded images that are kept.</summary>
    internal long CachedBytes => Interlocked.Read(ref cachedBytes);

    /// <param name="id">The image.</param>
    /// <param name="flip">Mirror it left to right.</param>
    /// <param name="jitter">Changes of colour, in their order.</param>
    /// <param name="resize">Another size for the 8-bit pixels, from the image's (detectron2's resize); null leaves them.</param>
    /// <returns>uint8 [3, H, W] and the objects in its pixels, on the CPU.</returns>
    public (Tensor Image, DetectionTarget Target) Load(
        string id,
        bool flip,
        IReadOnlyList<ColorJitterStep>? jitter = null,
        Func<(int Height, int Width), (int Height, int Width)?>? resize = null)
    {
        using var scope = NewDisposeScope();
        var image = Decode(id, out var kept);
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

        var annotations = byId[id].Annotations;
        Annotation[] objects = [.. annotations.Where(entry => !entry.IsIgnored && labels.Label(entry.Class) >= 0)];
        var classes = tensor(objects.Select(entry => labels.Label(entry.Class) + 1L).ToArray(), [objects.Length]);
        Tensor Boxes(IEnumerable<Annotation> entries)
        {
            float[] corners = [
                .. entries.Select(entry => Move(entry.Box, original, size)).Select(box => flip ? Mirror(box, size.Item2) : box)
                .SelectMany(box => new[] { box.X1, box.Y1, box.X2, box.Y2 })];
            return tensor(corners, [corners.Length / 4, 4]).MoveToOuterDisposeScope();
        }

        var pixels = rows.permute(2, 0, 1).contiguous().MoveToOuterDisposeScope();   // [3, H, W]
        var target = new DetectionTarget(Boxes(objects), classes.MoveToOuterDisposeScope())
        {
            Ignore = withIgnored ? Boxes(annotations.Where(entry => entry.IsIgnored)) : null,
        };
        return (pixels, target);
    }

    /// <summary>The size of an image, as it is decoded.</summary>
    public (int WidthPixels, int HeightPixels) Size(string id) => (byId[id].WidthPixels, byId[id].HeightPixels);

    /// <summary>An image with its labels.</summary>
    public SurveyedImage Image(string id) => byId[id];

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

    private RgbImage Decode(string id, out bool kept)
    {
        if (cache.TryGetValue(id, out var known))
        {
            kept = true;
            return known;
        }

        var image = ImageDecoder.DecodeFile(byId[id].Image.Path);
        kept = Interlocked.Add(ref cachedBytes, image.BufferBytes) <= cacheBytes && cache.TryAdd(id, image);
        if (!kept)
        {
            Interlocked.Add(ref cachedBytes, -image.BufferBytes);
        }

        return image;
    }
}
