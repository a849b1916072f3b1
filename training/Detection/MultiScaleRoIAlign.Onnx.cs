using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

internal sealed partial class MultiScaleRoIAlign
{
    private const int PooledLevels = 4;

    /// <summary>The same as ONNX nodes; the RoIs come out grouped by level.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="features">Maps [N, C, H_l, W_l]; each has half the sides of the one before, and the first four are pooled.</param>
    /// <param name="boxes">[K, 4]</param>
    /// <param name="images">int64 [K]</param>
    /// <param name="imageHeight">Height before padding, int64 [1].</param>
    /// <returns>[K, C, P, P], and the place of each row among the boxes, int64 [K].</returns>
    public (OnnxValue Pooled, OnnxValue Order) Emit(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxValue boxes, OnnxValue images, OnnxValue imageHeight)
    {
        OnnxValue Log2(OnnxValue value) => graph.Div(graph.Op("Log", [value]), graph.Scalar(Math.Log(2)));
        var firstExponent = strides is null
            ? graph.Op("Round", [Log2(graph.Div(graph.Cast(graph.Dimension(features[0], 2), OnnxType.Float), graph.Cast(imageHeight, OnnxType.Float)))])
            : graph.Scalar(-Math.Log2(strides[0]));
        var onFirstLevel = graph.Mul(boxes, graph.Op("Pow", [graph.Scalar(2), firstExponent]));

        var area = graph.Op("ReduceProd", [OnnxBoxes.Sides(graph, boxes), graph.Vector(-1)], ("keepdims", 0L));
        var share = graph.Div(graph.Op("Sqrt", [area]), graph.Scalar(CanonicalScalePixels));
        var octave = aligned
            ? graph.Add(Log2(graph.Add(share, graph.Scalar(AlignedLevelEpsilon))), graph.Scalar(CanonicalLevel))
            : graph.Add(Log2(share), graph.Scalar(CanonicalLevel + LevelEpsilon));
        var level = graph.Add(graph.Op("Floor", [octave]), firstExponent);
        var clamped = graph.Op("Min", [graph.Op("Max", [level, graph.Scalar(0)]), graph.Scalar(PooledLevels - 1)]);
        var (pooled, places) = (new OnnxValue[PooledLevels], new OnnxValue[PooledLevels]);
        for (var l = 0; l < PooledLevels; l++)
        {
            places[l] = graph.Reshape(graph.Op("NonZero", [graph.Op("Equal", [clamped, graph.Scalar(l)])]), -1);
            pooled[l] = graph.Op(
                "RoiAlign", [features[l], graph.Op("Gather", [onFirstLevel, places[l]]), graph.Op("Gather", [images, places[l]])],
                ("coordinate_transformation_mode", aligned ? "half_pixel" : "output_half_pixel"), ("mode", "avg"), ("spatial_scale", 1f / (1 << l)),
                ("output_height", outputSize), ("output_width", outputSize), ("sampling_ratio", samplingRatio));
        }

        return (graph.Concat(0, pooled), graph.Concat(0, places));
    }
}
