using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>What is pooled, in the graph.</summary>
/// <param name="Features">Maps [N, C, H_l, W_l]; each has half the sides of the one before.</param>
/// <param name="Boxes">[K, 4]</param>
/// <param name="Images">int64 [K]: the image of each box.</param>
/// <param name="Batch">The images' sizes.</param>
internal sealed record RoIAlignInput(IReadOnlyList<OnnxValue> Features, OnnxValue Boxes, OnnxValue Images, OnnxBatch Batch);

/// <summary>Pooled boxes in the graph, grouped by level and neighbors side by side.</summary>
/// <param name="Pooled">[K, C, P, P]</param>
/// <param name="Order">int64 [K]: the index of each row among the boxes.</param>
internal sealed record PooledRoIs(OnnxValue Pooled, OnnxValue Order);

internal sealed partial class MultiScaleRoIAlign : IOnnxEmitter<RoIAlignInput, PooledRoIs>
{
    /// <summary>Levels that boxes are pooled from, the finest first; the subsampled last one is only for proposals.</summary>
    public const int PooledLevels = 4;

    /// <summary>Boxes whose upper edges lie in one band of rows are pooled one after the other, from left to right.</summary>
    private const long BandPixels = 64;

    /// <summary>More than a side has pixels.</summary>
    private const long SideLimitPixels = 1 << 20;

    /// <inheritdoc />
    public PooledRoIs Emit(OnnxGraph graph, RoIAlignInput input)
    {
        var order = EmitNeighborOrder(graph, input);
        var sortedBoxes = graph.Gather(input.Boxes, order);
        var sortedImages = graph.Gather(input.Images, order);
        var firstExponent = EmitFirstExponent(graph, input.Batch);
        var onFirstLevel = graph.Mul(sortedBoxes, graph.Op("Pow", [graph.Scalar(2), firstExponent]));
        var levels = EmitLevels(graph, sortedBoxes, firstExponent);
        var pooled = new OnnxValue[PooledLevels];
        var indices = new OnnxValue[PooledLevels];
        for (var level = 0; level < PooledLevels; level++)
        {
            var isOfLevel = graph.Op("Equal", [levels, graph.Scalar(level)]);
            indices[level] = graph.Reshape(graph.Op("NonZero", [isOfLevel]), -1);
            var boxes = graph.Gather(onFirstLevel, indices[level]);
            var images = graph.Gather(sortedImages, indices[level]);
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

        return new PooledRoIs(graph.Concat(0, pooled), graph.Gather(order, graph.Concat(0, indices)));
    }

    /// <summary>
    /// The boxes' indices by image, band of rows and left edge, int64 [K]. Pooled in this order, a box finds most of what it reads in the
    /// processor's cache; each box's result stays the same to the bit.
    /// </summary>
    private static OnnxValue EmitNeighborOrder(OnnxGraph graph, RoIAlignInput input)
    {
        var pixels = graph.Cast(input.Boxes, OnnxType.Int64);                                       // [K, 4]
        OnnxValue Column(long index) => graph.Reshape(graph.Slice(pixels, 1, index, index + 1), -1);
        var limit = graph.Vector(SideLimitPixels);
        var band = graph.Div(Column(1), graph.Vector(BandPixels));
        var row = graph.Add(graph.Mul(input.Images, limit), band);
        var key = graph.Add(graph.Mul(row, limit), Column(0));                                      // [K]
        return graph.TopK(key, graph.Dimension(key, 0)).Indices;
    }

    private static OnnxValue EmitLog2(OnnxGraph graph, OnnxValue value) => graph.Div(graph.Op("Log", [value]), graph.Scalar(Math.Log(2)));

    /// <summary>The first level's map positions a pixel, as a power of two; see <see cref="Scales"/>.</summary>
    private OnnxValue EmitFirstExponent(OnnxGraph graph, OnnxBatch batch)
    {
        if (strides is not null)
        {
            return graph.Scalar(-Math.Log2(strides[0]));
        }

        var mapHeight = graph.Cast(PyramidBackbone.EmitMapSize(graph, batch.Padded, level: 0).Height, OnnxType.Float);
        var scale = graph.Div(mapHeight, graph.Cast(batch.Resized.Height, OnnxType.Float));
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
