using Pipeline.Training.Augmentation;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// detectron2's resize: 8-bit pixels with Pillow's antialiased filter, on the host, normalized afterwards; boxes move in float64 and
/// are cut (its <c>ResizeShortestEdge</c>).
/// </summary>
/// <param name="options">Sides and statistics.</param>
internal sealed class AntialiasedResize(DetectorOptions options) : IImageResize
{
    private readonly PixelNormalization normalization = new(options.ImageMean, options.ImageStd);

    public bool ResizesBytes => true;

    public bool CutsBoxes => true;

    /// <summary>
    /// The shorter side becomes <paramref name="minSizePixels"/>, unless the longer one would pass the limit;
    /// in float64, rounded half up. A side that would vanish, which detectron2 refuses, keeps one pixel.
    /// </summary>
    public (int Height, int Width) Size((int Height, int Width) image, int minSizePixels)
    {
        var scale = minSizePixels / (double)Math.Min(image.Height, image.Width);
        var height = image.Height < image.Width ? minSizePixels : scale * image.Height;
        var width = image.Height < image.Width ? scale * image.Width : minSizePixels;
        var longer = Math.Max(height, width);
        if (longer > options.MaxSizePixels)
        {
            var limit = options.MaxSizePixels / longer;
            height *= limit;
            width *= limit;
        }

        return (Math.Max(1, (int)(height + 0.5)), Math.Max(1, (int)(width + 0.5)));
    }

    /// <summary>In float64, cut to the image, then float32.</summary>
    public Tensor MoveBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to)
    {
        var y = (double)to.Height / from.Height;
        var x = (double)to.Width / from.Width;
        var moved = boxes.to(float64) * tensor(new[] { x, y, x, y }).OnDevice(boxes.device);
        return TensorBoxes.Clip(moved, to).to(float32);
    }

    public Tensor Apply(Tensor image, (int Height, int Width) size)
    {
        var bytes = image.dtype == uint8 ? image : (image * 255).round().to(uint8);
        return normalization.OfBytes(ResizeBytes(bytes, size).unsqueeze(0).to(float32));
    }

    public OnnxImages Emit(OnnxGraph graph, OnnxImages input)
    {
        var size = EmitSize(graph, input.Size);
        var resized = PillowFilter.Emit(graph, input.Planes, input.Size, size);
        return input with { Planes = normalization.Emit(graph, resized), Size = size };
    }

    /// <param name="image">uint8 [3, H, W], on any device.</param>
    /// <param name="size">Height and width.</param>
    /// <returns>uint8 [3, height, width] on the same device; the image itself when it has that size.</returns>
    internal static Tensor ResizeBytes(Tensor image, (int Height, int Width) size)
    {
        var height = (int)image.shape[1];
        var width = (int)image.shape[2];
        if ((height, width) == size)
        {
            return image;
        }

        using var scope = NewDisposeScope();
        var source = image.permute(1, 2, 0).OnHost();   // in training the loader has resized already
        var target = empty(size.Height, size.Width, 3, dtype: uint8);
        var whole = new CropBox(Top: 0, Left: 0, Height: height, Width: width);
        ResizedCrop.Resize(source.bytes, width, whole, target.bytes, size.Height, size.Width);
        return target.permute(2, 0, 1).OnDevice(image.device).MoveToOuterDisposeScope();
    }

    /// <summary>See <see cref="Size"/>.</summary>
    private OnnxSize EmitSize(OnnxGraph graph, OnnxSize image)
    {
        var height = graph.Cast(image.Height, OnnxType.Double);
        var width = graph.Cast(image.Width, OnnxType.Double);
        var shorter = graph.Double(options.MinSizePixels);
        var scale = graph.Div(shorter, graph.Min(height, width));
        var isFlat = graph.Less(height, width);
        var scaledHeight = graph.Where(isFlat, shorter, graph.Mul(scale, height));
        var scaledWidth = graph.Where(isFlat, graph.Mul(scale, width), shorter);
        var longer = graph.Max(scaledHeight, scaledWidth);
        var limit = graph.Div(graph.Min(longer, graph.Double(options.MaxSizePixels)), longer);

        OnnxValue Side(OnnxValue side)
        {
            var rounded = graph.Floor(graph.Add(graph.Mul(side, limit), graph.Double(0.5)));
            return graph.Cast(graph.Max(rounded, graph.Double(1)), OnnxType.Int64);
        }

        return new OnnxSize(Side(scaledHeight), Side(scaledWidth));
    }
}
