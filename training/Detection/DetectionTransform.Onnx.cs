using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>A resized batch in the graph; every size is an int64 vector of one element.</summary>
internal sealed record OnnxBatch(OnnxValue Pixels, OnnxValue Count, OnnxValue InputHeight, OnnxValue InputWidth, OnnxValue Height, OnnxValue Width, OnnxValue PaddedHeight, OnnxValue PaddedWidth);

public sealed partial class DetectionTransform
{
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="images">uint8 [N, H, W, 3]</param>
    internal OnnxBatch Emit(OnnxGraph graph, OnnxValue images)
    {
        var (count, inputHeight, inputWidth) = (graph.Dimension(images, 0), graph.Dimension(images, 1), graph.Dimension(images, 2));
        var ordered = options.SwapRedAndBlue ? graph.Op("Gather", [images, graph.Vector(2, 1, 0)], ("axis", 3L)) : images;
        var bytes = options.Resize == ImageResize.AntialiasedBytes;
        var (resizedHeight, resizedWidth) = bytes ? EmitAntialiasedSize(graph, inputHeight, inputWidth) : EmitResizedSize(graph, inputHeight, inputWidth);
        var scale = graph.Constant([.. options.ImageStd.Select(std => (float)(1 / (255 * std)))], 3, 1, 1);
        var shift = graph.Constant([.. options.ImageMean.Zip(options.ImageStd, (mean, std) => (float)(mean / std))], 3, 1, 1);
        OnnxValue Normalise(OnnxValue planes) => graph.Sub(graph.Mul(graph.Cast(planes, OnnxType.Float), scale), shift);
        var given = graph.Transpose(ordered, 0, 3, 1, 2);
        var pixels = bytes
            ? Normalise(AntialiasedResize.Emit(graph, given, (inputHeight, inputWidth), (resizedHeight, resizedWidth)))
            : graph.Op(
                "Resize", [Normalise(given), new OnnxValue(""), new OnnxValue(""), graph.Concat(0, count, graph.Vector(3), resizedHeight, resizedWidth)],
                ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));

        OnnxValue RoundUp(OnnxValue side) =>
            graph.Mul(graph.Div(graph.Add(side, graph.Vector(SizeDivisiblePixels - 1)), graph.Vector(SizeDivisiblePixels)), graph.Vector(SizeDivisiblePixels));
        var (paddedHeight, paddedWidth) = (RoundUp(resizedHeight), RoundUp(resizedWidth));
        var pads = graph.Concat(0, graph.Vector(0, 0, 0, 0, 0, 0), graph.Sub(paddedHeight, resizedHeight), graph.Sub(paddedWidth, resizedWidth));
        return new OnnxBatch(graph.Op("Pad", [pixels, pads]), count, inputHeight, inputWidth, resizedHeight, resizedWidth, paddedHeight, paddedWidth);
    }

    /// <summary>See <see cref="ResizedSize"/>.</summary>
    private (OnnxValue Height, OnnxValue Width) EmitResizedSize(OnnxGraph graph, OnnxValue inputHeight, OnnxValue inputWidth)
    {
        var (height, width) = (graph.Cast(inputHeight, OnnxType.Float), graph.Cast(inputWidth, OnnxType.Float));
        // Reciprocal, not Div by 1: ONNX Runtime would fuse 1/side · size into size/side, which rounds otherwise.
        var factor = graph.Cast(
            graph.Op("Min", [
                graph.Mul(graph.Op("Reciprocal", [graph.Op("Min", [height, width])]), graph.Scalar(options.MinSizePixels)),
                graph.Mul(graph.Op("Reciprocal", [graph.Op("Max", [height, width])]), graph.Scalar(options.MaxSizePixels)),
            ]),
            OnnxType.Double);
        OnnxValue Resized(OnnxValue side) => AtLeastOne(graph, graph.Op("Floor", [graph.Mul(graph.Cast(side, OnnxType.Double), factor)]));
        return (Resized(inputHeight), Resized(inputWidth));
    }

    /// <summary>See <see cref="AntialiasedResize.Size"/>.</summary>
    private (OnnxValue Height, OnnxValue Width) EmitAntialiasedSize(OnnxGraph graph, OnnxValue inputHeight, OnnxValue inputWidth)
    {
        var (height, width) = (graph.Cast(inputHeight, OnnxType.Double), graph.Cast(inputWidth, OnnxType.Double));
        var (shorter, longest) = (graph.Double(options.MinSizePixels), graph.Double(options.MaxSizePixels));
        var scale = graph.Div(shorter, graph.Op("Min", [height, width]));
        var flat = graph.Op("Less", [height, width]);
        height = graph.Where(flat, shorter, graph.Mul(scale, height));
        width = graph.Where(flat, graph.Mul(scale, width), shorter);
        var longer = graph.Op("Max", [height, width]);
        var limit = graph.Div(graph.Op("Min", [longer, longest]), longer);
        OnnxValue Rounded(OnnxValue side) => AtLeastOne(graph, graph.Op("Floor", [graph.Add(graph.Mul(side, limit), graph.Double(0.5))]));
        return (Rounded(height), Rounded(width));
    }

    /// <summary>A whole side in float64 as int64; one that would vanish keeps one pixel.</summary>
    private static OnnxValue AtLeastOne(OnnxGraph graph, OnnxValue side) =>
        graph.Cast(graph.Op("Max", [side, graph.Double(1)]), OnnxType.Int64);
}
