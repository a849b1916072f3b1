using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Normalises, resizes by the shorter and the longer side, and pads a batch to a multiple of 32 (torchvision's <c>GeneralizedRCNNTransform</c>).</summary>
public sealed partial class DetectionTransform(DetectorOptions options)
{
    /// <summary>Sides of a batch are multiples of this, in pixels.</summary>
    public const int SizeDivisiblePixels = 32;

    /// <summary>
    /// Size after resizing: scale = min(min · 1/short, max · 1/long) in float32 (PyTorch divides by multiplying with the reciprocal);
    /// sides in float64, rounded down. A side that would vanish, which torchvision refuses, keeps one pixel.
    /// </summary>
    public static (int Height, int Width) ResizedSize((int Height, int Width) image, int minSizePixels, int maxSizePixels)
    {
        var (shorter, longer) = (Math.Min(image.Height, image.Width), Math.Max(image.Height, image.Width));
        var scale = Math.Min(1f / shorter * minSizePixels, 1f / longer * maxSizePixels);
        var height = (int)Math.Floor(image.Height * (double)scale);
        var width = (int)Math.Floor(image.Width * (double)scale);
        return (Math.Max(1, height), Math.Max(1, width));
    }

    /// <summary>Size of a batch that holds all images.</summary>
    public static (int Height, int Width) PaddedSize(IReadOnlyList<(int Height, int Width)> images) =>
        (RoundUp(images.Max(size => size.Height)), RoundUp(images.Max(size => size.Width)));

    /// <summary>Boxes [G, 4] of an image of size <paramref name="from"/> in pixels of size <paramref name="to"/>.</summary>
    public static Tensor ScaleBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to)
    {
        var (y, x) = ((float)to.Height / from.Height, (float)to.Width / from.Width);
        return boxes * tensor(new[] { x, y, x, y }).OnDevice(boxes.device);
    }

    /// <summary>Size of an image in the batch, by the recipe's rule.</summary>
    public (int Height, int Width) Size(Tensor image, int? minSizePixels = null)
    {
        var (size, shorter) = (((int)image.shape[1], (int)image.shape[2]), minSizePixels ?? options.MinSizePixels);
        return options.Resize == ImageResize.AntialiasedBytes
            ? AntialiasedResize.Size(size, shorter, options.MaxSizePixels)
            : ResizedSize(size, shorter, options.MaxSizePixels);
    }

    /// <summary>Boxes [G, 4] moved between the pixels of an image and of the batch, by the recipe's arithmetic.</summary>
    public Tensor MoveBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to) =>
        options.Resize == ImageResize.AntialiasedBytes ? AntialiasedResize.MoveBoxes(boxes, from, to) : ScaleBoxes(boxes, from, to);

    /// <param name="images">uint8 [3, H, W] each, or float32 from 0 to 1, on the detector's device.</param>
    /// <param name="minSizesPixels">The shorter side for each image; null: that of the options.</param>
    /// <returns>The batch [N, 3, H', W'], zero where padded, and the sizes of the images in it.</returns>
    public (Tensor Batch, IReadOnlyList<(int Height, int Width)> Sizes) Apply(IReadOnlyList<Tensor> images, IReadOnlyList<int>? minSizesPixels = null)
    {
        var device = images[0].device;
        var mean = tensor(options.ImageMean.Select(value => (float)value).ToArray()).OnDevice(device).view(1, -1, 1, 1);
        var std = tensor(options.ImageStd.Select(value => (float)value).ToArray()).OnDevice(device).view(1, -1, 1, 1);
        var resized = new List<Tensor>();
        var sizes = new List<(int Height, int Width)>();
        foreach (var given in images)
        {
            var image = options.SwapRedAndBlue ? given.flip(0) : given;
            var size = Size(image, minSizesPixels?[sizes.Count]);
            sizes.Add(size);
            if (options.Resize == ImageResize.AntialiasedBytes)
            {
                var bytes = image.dtype == uint8 ? image : (image * 255).round().to(uint8);
                resized.Add((AntialiasedResize.Apply(bytes, size).unsqueeze(0).to(float32) - mean * 255f) / (std * 255f));
                continue;
            }

            var normalised = ((image.dtype == uint8 ? image.to(float32) / 255f : image).unsqueeze(0) - mean) / std;
            resized.Add(nn.functional.interpolate(normalised, [size.Height, size.Width], mode: InterpolationMode.Bilinear, align_corners: false));
        }

        var padded = PaddedSize(sizes);
        var batch = zeros(images.Count, 3, padded.Height, padded.Width, device: device);
        for (var i = 0; i < resized.Count; i++)
        {
            batch[i, .., ..sizes[i].Height, ..sizes[i].Width].copy_(resized[i][0]);
        }

        return (batch, sizes);
    }

    private static int RoundUp(int pixels) => (pixels + SizeDivisiblePixels - 1) / SizeDivisiblePixels * SizeDivisiblePixels;
}
