using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>What proposals are made from, in the graph.</summary>
/// <param name="Features">Maps [N, C, H_l, W_l] of every level.</param>
/// <param name="Batch">The images.</param>
internal sealed record RpnInput(IReadOnlyList<OnnxValue> Features, OnnxBatch Batch);

internal sealed partial class RegionProposalNetwork : IOnnxEmitter<RpnInput, OnnxProposals>
{
    /// <inheritdoc />
    public OnnxProposals Emit(OnnxGraph graph, RpnInput input)
    {
        OnnxProposals[] levels = [.. input.Features.Select((feature, level) => EmitLevel(graph, feature, level, input.Batch))];
        var boxes = graph.Concat(1, [.. levels.Select(level => level.Boxes)]);             // [N, S, 4]
        var objectness = graph.Concat(1, [.. levels.Select(level => level.Objectness)]);   // [N, S]
        var (best, indices) = EmitBest(graph, objectness, graph.Dimension(objectness, 1), options.RpnPostNmsTopNTest);
        return new OnnxProposals(OnnxBoxes.Rows(graph, boxes, indices), best);
    }

    /// <summary>The best of [N, S], or all where there are fewer, and their indices.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="scores">float32 [N, S]</param>
    /// <param name="count">S, int64 [1].</param>
    /// <param name="most">Whole number above 0.</param>
    private static (OnnxValue Values, OnnxValue Indices) EmitBest(OnnxGraph graph, OnnxValue scores, OnnxValue count, int most) =>
        graph.TopK(scores, graph.Min(graph.Vector(most), count));

    /// <summary>What suppression leaves of one level.</summary>
    private OnnxProposals EmitLevel(OnnxGraph graph, OnnxValue feature, int level, OnnxBatch batch)
    {
        var (objectness, deltas) = head.Emit(graph, feature);
        var logits = graph.Reshape(graph.Transpose(objectness, 0, 2, 3, 1), 0, -1);                                // [N, S]
        var rows = graph.Reshape(graph.Transpose(deltas, 0, 2, 3, 1), graph.Concat(0, batch.Count, graph.Vector(-1, 4)));
        var cells = PyramidBackbone.EmitMapSize(graph, batch.Padded, level);
        var anchors = EmitAnchors(graph, cells, level, batch.Padded);
        var count = graph.Mul(graph.Mul(cells.Height, cells.Width), graph.Vector(Anchors.CountPerCell));
        var (best, indices) = EmitBest(graph, logits, count, options.RpnPreNmsTopNTest);                           // [N, K]
        var chosenDeltas = OnnxBoxes.Rows(graph, rows, indices);
        var decoded = OnnxBoxes.Decode(graph, chosenDeltas, graph.Gather(anchors, indices), [1, 1, 1, 1]);         // [N, K, 4]
        var boxes = OnnxBoxes.Clip(graph, decoded, batch.Resized);
        var score = options.RpnRankByLogit ? best : graph.Op("Sigmoid", [best]);
        var valid = OnnxBoxes.HasMinSide(graph, boxes, MinSidePixels);
        if (!options.RpnRankByLogit)
        {
            valid = graph.And(valid, graph.GreaterOrEqual(score, graph.Scalar(options.RpnScoreThresh)));
        }

        var kept = OnnxBoxes.Suppress(graph, boxes, score, valid, options.RpnNmsThresh, options.RpnPostNmsTopNTest);
        return new OnnxProposals(boxes, kept);
    }

    /// <returns>[S, 4]; order y, x, anchor.</returns>
    private OnnxValue EmitAnchors(OnnxGraph graph, OnnxSize cells, int level, OnnxSize padded)
    {
        var y = EmitPositions(graph, cells.Height, padded.Height, level, [-1, 1, 1, 1]);
        var x = EmitPositions(graph, cells.Width, padded.Width, level, [1, -1, 1, 1]);
        var cellAnchors = graph.Constant(Anchors.CellAnchors(level), Anchors.CountPerCell, 4);
        var offsetsY = graph.Mul(y, graph.Constant([0f, 1, 0, 1], 4));
        var offsetsX = graph.Mul(x, graph.Constant([1f, 0, 1, 0], 4));
        return graph.Reshape(graph.Add(graph.Add(offsetsX, offsetsY), cellAnchors), -1, 4);
    }

    /// <summary>Where the cells of one axis begin, in pixels: float32 of a shape.</summary>
    private OnnxValue EmitPositions(OnnxGraph graph, OnnxValue cells, OnnxValue side, int level, long[] shape)
    {
        var stride = options.AnchorStrides is { } strides ? graph.Vector(strides[level]) : graph.Div(side, cells);
        return graph.Reshape(graph.Cast(graph.Mul(graph.Range(cells), stride), OnnxType.Float), shape);
    }
}
