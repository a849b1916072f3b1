using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>What is pooled, in the graph.</summary>
/// <param name="Features">Maps [N, C, H_l, W_l]; each has half the sides of the one before.</param>
/// <param name="Boxes">[K, 4]</param>
/// <param name="Images">int64 [K]: the image of each box.</param>
/// <param name="ImageHeight">Height before padding, int64 [1].</param>
internal sealed record RoIAlignInput(IReadOnlyList<OnnxValue> Features, OnnxValue Boxes, OnnxValue Images, OnnxValue ImageHeight);

/// <summary>Pooled boxes in the graph, grouped by level.</summary>
/// <param name="Pooled">[K, C, P, P]</param>
/// <param name="Order">int64 [K]: the index of each row among the boxes.</param>
internal sealed record PooledRoIs(OnnxValue Pooled, OnnxValue Order);

internal sealed partial class MultiScaleRoIAlign : IOnnxEmitter<RoIAlignInput, PooledRoIs>
{
    /// <summary>Levels that boxes are pooled from, the finest first; the subsampled last one is only for proposals.</summary>
    public const int PooledLevels = 4;

    /// <inheritdoc />
    public PooledRoIs Emit(OnnxGraph graph, RoIAlignInput input)
    {
        var firstExponent = EmitFirstExponent(graph, input);
        var onFirstLevel = graph.Mul(input.Boxes, graph.Op("Pow", [graph.Scalar(2), firstExponent]));
        var levels = EmitLevels(graph, input.Boxes, firstExponent);
        var pooled = new OnnxValue[PooledLevels];
        var indices = new OnnxValue[PooledLevels];
        for (var level = 0; level < PooledLevels; level++)
        {
            var isOfLevel = graph.Op("Equal", [levels, graph.Scalar(level)]);
            indices[level] = graph.Reshape(graph.Op("NonZero", [isOfLevel]), -1);
            var boxes = graph.Gather(onFirstLevel, indices[level]);
            var images = graph.Gather(input.Images, indices[level]);
            pooled[level] = graph.Op(
                "RoiAlign",
                [input.Features[level], boxes, images],
                ("coordinate_transformation_mode", aligned ? "half_pixel" : "output_half_pixel"),
                ("mode", "avg"),
                ("spatial_scale", 1f / (1 << level)),
                ("output_height", outputSize),
                ("output_width", outputSize),
                ("sampling_ratio", samplingRatio));
        }

        return new PooledRoIs(graph.Concat(0, pooled), graph.Concat(0, indices));
    }

    private static OnnxValue EmitLog2(OnnxGraph graph, OnnxValue value) => graph.Div(graph.Op("Log", [value]), graph.Scalar(Math.Log(2)));

    /// <summary>The first level's map positions a pixel, as a power of two; see <see cref="Scales"/>.</summary>
    private OnnxValue EmitFirstExponent(OnnxGraph graph, RoIAlignInput input)
    {
        if (strides is not null)
        {
            return graph.Scalar(-Math.Log2(strides[0]));
        }

        var mapHeight = graph.Cast(graph.Dimension(input.Features[0], 2), OnnxType.Float);
        var scale = graph.Div(mapHeight, graph.Cast(input.ImageHeight, OnnxType.Float));
        return graph.Op("Round", [EmitLog2(graph, scale)]);
    }

    /// <summary>The level of each box as float32 [K], counted from 0; see <see cref="Levels"/>.</summary>
    private OnnxValue EmitLevels(OnnxGraph graph, OnnxValue boxes, OnnxValue firstExponent)
    {
        var area = graph.ReduceProd(OnnxBoxes.Sides(graph, boxes), -1);
        var fraction = graph.Div(graph.Op("Sqrt", [area]), graph.Scalar(CanonicalScalePixels));
        var octave = aligned
            ? graph.Add(EmitLog2(graph, graph.Add(fraction, graph.Scalar(AlignedLevelEpsilon))), graph.Scalar(CanonicalLevel))
            : graph.Add(EmitLog2(graph, fraction), graph.Scalar(CanonicalLevel + LevelEpsilon));
        var level = graph.Add(graph.Floor(octave), firstExponent);
        return graph.Min(graph.Max(level, graph.Scalar(0)), graph.Scalar(PooledLevels - 1));
    }
}
