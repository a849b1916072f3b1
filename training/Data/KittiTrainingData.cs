using Pipeline.Shared.Imaging;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Data;

/// <summary>Frames in KITTI's layout as images and targets; decoded images stay in memory up to a limit.</summary>
/// <param name="dataset">The frames.</param>
/// <param name="labels">The classes; objects of other types are left out.</param>
/// <param name="cacheBytes">Memory for decoded images.</param>
internal sealed class KittiTrainingData(KittiDataset dataset, LabelMap labels, long cacheBytes) : IDisposable
{
    private readonly Dictionary<string, RgbImage> cache = [];
    private long cachedBytes;

    /// <returns>float32 [3, H, W], 0..1, on the device, and the objects in its pixels; mirrored left to right if asked.</returns>
    public (Tensor Image, DetectionTarget Target) Load(string frameId, bool flip, Device device)
    {
        var image = Decode(frameId);
        var pixels = tensor(image.Pixels.ToArray(), dtype: uint8).view(image.HeightPixels, image.WidthPixels, 3).to(device).permute(2, 0, 1).to(float32) / 255f;
        KittiObject[] objects = [.. dataset.ReadLabels(frameId).Where(entry => labels.Label(entry.Type) >= 0)];
        var width = image.WidthPixels;
        float[] corners = [.. objects.SelectMany(entry => flip
            ? new[] { width - entry.Box.X2, entry.Box.Y1, width - entry.Box.X1, entry.Box.Y2 }
            : [entry.Box.X1, entry.Box.Y1, entry.Box.X2, entry.Box.Y2])];
        long[] classes = [.. objects.Select(entry => labels.Label(entry.Type) + 1L)];
        if (!cache.ContainsKey(frameId))
        {
            image.Dispose();
        }

        return (flip ? pixels.flip(2) : pixels, new DetectionTarget(
            objects.Length == 0 ? zeros(0, 4, device: device) : tensor(corners, device: device).view(-1, 4),
            objects.Length == 0 ? zeros(0, dtype: int64, device: device) : tensor(classes, device: device)));
    }

    public void Dispose()
    {
        foreach (var image in cache.Values)
        {
            image.Dispose();
        }
    }

    private RgbImage Decode(string frameId)
    {
        if (cache.TryGetValue(frameId, out var known))
        {
            return known;
        }

        var image = ImageDecoder.DecodeFile(dataset.ImagePath(frameId));
        if (cachedBytes + image.Pixels.Length <= cacheBytes)
        {
            cachedBytes += image.Pixels.Length;
            cache.Add(frameId, image);
        }

        return image;
    }
}
