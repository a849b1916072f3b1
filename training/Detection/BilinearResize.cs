using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// torchvision's resize: normalized pixels, two taps a side without antialiasing; boxes move in float32 and are not cut
/// (its <c>GeneralizedRCNNTransform</c>).
/// </summary>
/// <param name="options">Sides and statistics.</param>
internal sealed class BilinearResize(DetectorOptions options) : IImageResize
{
    private readonly PixelNormalization normalization = new(options.ImageMean, options.ImageStd);

    public bool ResizesBytes => false;

    public bool CutsBoxes => false;

    /// <summary>
    /// Scale = min(min · 1/short, max · 1/long) in float32 (PyTorch divides by multiplying with the reciprocal);
    /// sides in float64, rounded down. A side that would vanish, which torchvision refuses, keeps one pixel.
    /// </summary>
    public (int Height, int Width) Size((int Height, int Width) image, int minSizePixels)
    {
        var shorter = Math.Min(image.Height, image.Width);
        var longer = Math.Max(image.Height, image.Width);
        var scale = Math.Min(1f / shorter * minSizePixels, 1f / longer * options.MaxSizePixels);
        var height = (int)Math.Floor(image.Height * (double)scale);
        var width = (int)Math.Floor(image.Width * (double)scale);
        return (Math.Max(1, height), Math.Max(1, width));
    }

    public Tensor MoveBoxes(Tensor boxes, (int Height, int Width) from, (int Height, int Width) to)
    {
        var y = (float)to.Height / from.Height;
        var x = (float)to.Width / from.Width;
        return boxes * tensor(new[] { x, y, x, y }).OnDevice(boxes.device);
    }

    public Tensor Apply(Tensor image, (int Height, int Width) size)
    {
        var planes = image.dtype == uint8 ? image.to(float32) / 255f : image;
        var normalized = normalization.OfUnit(planes.unsqueeze(0));
        return nn.functional.interpolate(normalized, [size.Height, size.Width], mode: InterpolationMode.Bilinear, align_corners: false);
    }

    public OnnxImages Emit(OnnxGraph graph, OnnxImages input)
    {
        var size = EmitSize(graph, input.Size);
        var normalized = normalization.Emit(graph, input.Planes);
        var shape = graph.Concat(0, input.Count, graph.Vector(3), size.Height, size.Width);
        var resized = graph.Op(
            "Resize",
            [normalized, OnnxValue.Omitted, OnnxValue.Omitted, shape],
            ("mode", "linear"),
            ("coordinate_transformation_mode", "half_pixel"));
        return input with { Planes = resized, Size = size };
    }

    /// <summary>See <see cref="Size"/>.</summary>
    private OnnxSize EmitSize(OnnxGraph graph, OnnxSize image)
    {
        var height = graph.Cast(image.Height, OnnxType.Float);
        var width = graph.Cast(image.Width, OnnxType.Float);
        // Reciprocal, not Div by 1: ONNX Runtime would fuse 1/side · size into size/side, which rounds otherwise.
        var shorter = graph.Op("Reciprocal", [graph.Min(height, width)]);
        var longer = graph.Op("Reciprocal", [graph.Max(height, width)]);
        var toShorter = graph.Mul(shorter, graph.Scalar(options.MinSizePixels));
        var toLonger = graph.Mul(longer, graph.Scalar(options.MaxSizePixels));
        var scale = graph.Cast(graph.Min(toShorter, toLonger), OnnxType.Double);

        OnnxValue Side(OnnxValue side)
        {
            var whole = graph.Floor(graph.Mul(graph.Cast(side, OnnxType.Double), scale));
            return graph.Cast(graph.Max(whole, graph.Double(1)), OnnxType.Int64);
        }

        return new OnnxSize(Side(image.Height), Side(image.Width));
    }
}
