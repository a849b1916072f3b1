using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

internal sealed partial class RegionProposalNetwork
{
    /// <summary>The same as ONNX nodes; every image has the same number of rows.</summary>
    /// <returns>boxes [N, P, 4] and objectness [N, P] (0..1, or logits) by falling objectness; see <see cref="OnnxBoxes.Holds"/> for empty rows.</returns>
    public (OnnxValue Boxes, OnnxValue Scores) Emit(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxBatch batch)
    {
        var (boxes, scores) = (new List<OnnxValue>(), new List<OnnxValue>());
        for (var level = 0; level < features.Count; level++)
        {
            var (objectness, deltas) = head.Emit(graph, features[level]);
            var logits = graph.Op("Reshape", [graph.Transpose(objectness, 0, 2, 3, 1), graph.Vector(0, -1)]);
            var rows = graph.Op("Reshape", [graph.Transpose(deltas, 0, 2, 3, 1), graph.Concat(0, batch.Count, graph.Vector(-1, 4))]);
            var anchors = EmitAnchors(graph, level, graph.Dimension(features[level], 2), graph.Dimension(features[level], 3), batch);
            var top = graph.Ops("TopK", 2, [logits, graph.Op("Min", [graph.Vector(options.RpnPreNmsTopNTest), graph.Dimension(logits, 1)])]);
            var decoded = OnnxBoxes.Decode(graph, OnnxBoxes.Rows(graph, rows, top[1]), graph.Op("Gather", [anchors, top[1]]), [1, 1, 1, 1]);
            var clipped = OnnxBoxes.Clip(graph, decoded, batch.Height, batch.Width);
            var valid = OnnxBoxes.NotSmall(graph, clipped, MinSidePixels);
            var score = top[0];
            if (!options.RpnRankByLogit)
            {
                score = graph.Op("Sigmoid", [score]);
                valid = graph.And(valid, graph.Op("GreaterOrEqual", [score, graph.Scalar(options.RpnScoreThresh)]));
            }

            boxes.Add(clipped);
            scores.Add(OnnxBoxes.Suppress(graph, clipped, score, valid, options.RpnNmsThresh, options.RpnPostNmsTopNTest));
        }

        var all = graph.Concat(1, [.. scores]);
        var best = graph.Ops("TopK", 2, [all, graph.Op("Min", [graph.Vector(options.RpnPostNmsTopNTest), graph.Dimension(all, 1)])]);
        return (OnnxBoxes.Rows(graph, graph.Concat(1, [.. boxes]), best[1]), best[0]);
    }

    /// <returns>[S, 4]; order y, x, anchor.</returns>
    private OnnxValue EmitAnchors(OnnxGraph graph, int level, OnnxValue height, OnnxValue width, OnnxBatch batch)
    {
        OnnxValue Positions(OnnxValue cells, OnnxValue side, long[] shape)
        {
            var stride = options.AnchorStrides is { } strides ? graph.Vector(strides[level]) : graph.Div(side, cells);
            return graph.Reshape(graph.Cast(graph.Mul(graph.Range(cells), stride), OnnxType.Float), shape);
        }

        var y = graph.Mul(Positions(height, batch.PaddedHeight, [-1, 1, 1, 1]), graph.Constant([0f, 1, 0, 1], 4));
        var x = graph.Mul(Positions(width, batch.PaddedWidth, [1, -1, 1, 1]), graph.Constant([1f, 0, 1, 0], 4));
        return graph.Reshape(graph.Add(graph.Add(x, y), graph.Constant(Anchors.CellAnchors(level), Anchors.CountPerCell, 4)), -1, 4);
    }
}
