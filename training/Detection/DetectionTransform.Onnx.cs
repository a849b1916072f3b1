using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>A resized batch in the graph; every size is an int64 vector of one element.</summary>
internal sealed record OnnxBatch(OnnxValue Pixels, OnnxValue Count, OnnxValue InputHeight, OnnxValue InputWidth, OnnxValue Height, OnnxValue Width, OnnxValue PaddedHeight, OnnxValue PaddedWidth);

public sealed partial class DetectionTransform
{
    /// <param name="graph">Receives the nodes.</param>
    /// <param name="images">uint8 [N, H, W, 3]</param>
    internal OnnxBatch Emit(OnnxGraph graph, OnnxValue images)
    {
        var (count, inputHeight, inputWidth) = (graph.Dimension(images, 0), graph.Dimension(images, 1), graph.Dimension(images, 2));
        var scale = graph.Constant([.. options.ImageStd.Select(std => (float)(1 / (255 * std)))], 3);
        var shift = graph.Constant([.. options.ImageMean.Zip(options.ImageStd, (mean, std) => (float)(mean / std))], 3);
        var normalised = graph.Transpose(graph.Sub(graph.Mul(graph.Cast(images, OnnxType.Float), scale), shift), 0, 3, 1, 2);

        var (height, width) = (graph.Cast(inputHeight, OnnxType.Float), graph.Cast(inputWidth, OnnxType.Float));
        // Reciprocal, not Div by 1: ONNX Runtime would fuse 1/side · size into size/side, which rounds otherwise.
        var factor = graph.Cast(
            graph.Op("Min", [
                graph.Mul(graph.Op("Reciprocal", [graph.Op("Min", [height, width])]), graph.Scalar(options.MinSizePixels)),
                graph.Mul(graph.Op("Reciprocal", [graph.Op("Max", [height, width])]), graph.Scalar(options.MaxSizePixels)),
            ]),
            OnnxType.Double);
        OnnxValue Resized(OnnxValue side) => graph.Cast(graph.Op("Floor", [graph.Mul(graph.Cast(side, OnnxType.Double), factor)]), OnnxType.Int64);
        var (resizedHeight, resizedWidth) = (Resized(inputHeight), Resized(inputWidth));
        var pixels = graph.Op(
            "Resize", [normalised, new OnnxValue(""), new OnnxValue(""), graph.Concat(0, count, graph.Vector(3), resizedHeight, resizedWidth)],
            ("mode", "linear"), ("coordinate_transformation_mode", "half_pixel"));

        OnnxValue RoundUp(OnnxValue side) =>
            graph.Mul(graph.Div(graph.Add(side, graph.Vector(SizeDivisiblePixels - 1)), graph.Vector(SizeDivisiblePixels)), graph.Vector(SizeDivisiblePixels));
        var (paddedHeight, paddedWidth) = (RoundUp(resizedHeight), RoundUp(resizedWidth));
        var pads = graph.Concat(0, graph.Vector(0, 0, 0, 0, 0, 0), graph.Sub(paddedHeight, resizedHeight), graph.Sub(paddedWidth, resizedWidth));
        return new OnnxBatch(graph.Op("Pad", [pixels, pads]), count, inputHeight, inputWidth, resizedHeight, resizedWidth, paddedHeight, paddedWidth);
    }
}
