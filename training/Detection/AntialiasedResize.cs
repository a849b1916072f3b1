using Pipeline.Training.Augmentation;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>detectron2's resize: on 8-bit pixels with Pillow's antialiased filter, on the host (its <c>ResizeShortestEdge</c>).</summary>
public static partial class AntialiasedResize
{
    /// <summary>
    /// The shorter side becomes <paramref name="minSizePixels"/>, unless the longer one would pass <paramref name="maxSizePixels"/>;
    /// in float64, rounded half up. A side that would vanish, which detectron2 refuses, keeps one pixel.
    /// </summary>
    public static (int Height, int Width) Size((int Height, int Width) image, int minSizePixels, int maxSizePixels)
    {
        var scale = minSizePixels / (double)Math.Min(image.Height, image.Width);
        var (height, width) = image.Height < image.Width ? (minSizePixels, scale * image.Width) : (scale * image.Height, (double)minSizePixels);
        if (Math.Max(height, width) > maxSizePixels)
        {
            scale = maxSizePixels / Math.Max(height, width);
            (height, width) = (height * scale, width * scale);
        }

        return (Math.Max(1, (int)(height + 0.5)), Math.Max(1, (int)(width + 0.5)));
    }

    /// <summary>Boxes of an image of one size in pixels of another: in float64, cut to the image, then float32.</summary>
    /// <param name="boxes">float32 [G, 4]</param>
    /// <param name="from">Height and width.</param>
    /// <param name="to">Height and width.</param>
    public static Tensor MoveBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to)
    {
        var (y, x) = ((double)to.Height / from.Height, (double)to.Width / from.Width);
        return TensorBoxes.Clip(boxes.to(float64) * tensor(new[] { x, y, x, y }).OnDevice(boxes.device), to).to(float32);
    }

    /// <param name="image">uint8 [3, H, W], on any device.</param>
    /// <param name="size">Height and width.</param>
    /// <returns>uint8 [3, height, width] on the same device; the image itself when it has that size.</returns>
    public static Tensor Apply(Tensor image, (int Height, int Width) size)
    {
        var (height, width) = ((int)image.shape[1], (int)image.shape[2]);
        if ((height, width) == size)
        {
            return image;
        }

        using var scope = NewDisposeScope();
        var source = image.permute(1, 2, 0).OnHost();   // in training the loader has resized already
        var target = empty(size.Height, size.Width, 3, dtype: uint8);
        ResizedCrop.Resize(source.bytes, width, new CropBox(0, 0, height, width), target.bytes, size.Height, size.Width);
        return target.permute(2, 0, 1).OnDevice(image.device).MoveToOuterDisposeScope();
    }
}
