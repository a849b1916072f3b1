namespace Pipeline.Training.Onnx;

/// <summary>Box arithmetic in the graph.</summary>
internal static class OnnxBoxes
{
    /// <summary>The score of a row that holds no box: below any logit.</summary>
    private const double Empty = -1e30;

    private static readonly double MaxLogRatio = Math.Log(1000.0 / 16);

    /// <summary>Deltas [..., 4] and reference boxes [..., 4] of the same rank to corners [..., 4]; see BoxCoder.Decode.</summary>
    public static OnnxValue Decode(OnnxGraph graph, OnnxValue deltas, OnnxValue references, IReadOnlyList<double> weights)
    {
        var from = graph.Slice(references, -1, 0, 2);
        var size = graph.Sub(graph.Slice(references, -1, 2, 4), from);
        var half = graph.Scalar(0.5);
        var centre = graph.Add(from, graph.Mul(size, half));
        var moved = graph.Add(graph.Mul(graph.Div(graph.Slice(deltas, -1, 0, 2), graph.Constant([(float)weights[0], (float)weights[1]], 2)), size), centre);
        var logarithm = graph.Op("Min", [graph.Div(graph.Slice(deltas, -1, 2, 4), graph.Constant([(float)weights[2], (float)weights[3]], 2)), graph.Scalar(MaxLogRatio)]);
        var halfSize = graph.Mul(graph.Mul(graph.Op("Exp", [logarithm]), size), half);
        return graph.Concat(-1, graph.Sub(moved, halfSize), graph.Add(moved, halfSize));
    }

    /// <summary>Corners [..., 4] moved into an image; its sides are int64 vectors of one element.</summary>
    public static OnnxValue Clip(OnnxGraph graph, OnnxValue boxes, OnnxValue height, OnnxValue width)
    {
        var limit = graph.Cast(graph.Concat(0, width, height, width, height), OnnxType.Float);
        return graph.Op("Min", [graph.Op("Max", [boxes, graph.Scalar(0)]), limit]);
    }

    /// <summary>Width and height [..., 2].</summary>
    public static OnnxValue Sides(OnnxGraph graph, OnnxValue boxes) => graph.Sub(graph.Slice(boxes, -1, 2, 4), graph.Slice(boxes, -1, 0, 2));

    /// <summary>Whether both sides reach a length: [...].</summary>
    public static OnnxValue NotSmall(OnnxGraph graph, OnnxValue boxes, double minSidePixels) =>
        graph.Op("GreaterOrEqual", [graph.Op("ReduceMin", [Sides(graph, boxes), graph.Vector(-1)], ("keepdims", 0L)), graph.Scalar(minSidePixels)]);

    /// <summary>Suppression of each row of a batch on its own.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="boxes">[B, S, 4]</param>
    /// <param name="scores">[B, S]; probabilities or logits.</param>
    /// <param name="valid">bool [B, S]: the boxes that take part.</param>
    /// <param name="iouThreshold">Overlap above which the worse box goes.</param>
    /// <param name="most">Boxes kept of a row at most.</param>
    /// <returns>[B, S]: the score of a kept box; any other is not <see cref="Holds"/>.</returns>
    public static OnnxValue Suppress(OnnxGraph graph, OnnxValue boxes, OnnxValue scores, OnnxValue valid, double iouThreshold, int most)
    {
        scores = graph.Where(valid, scores, graph.Scalar(Empty));
        var selected = graph.Op(
            "NonMaxSuppression", [boxes, graph.Unsqueeze(scores, 1), graph.Vector(most), graph.Constant([(float)iouThreshold], 1), graph.Constant([(float)(Empty / 2)], 1)]);
        var places = graph.Op("Gather", [selected, graph.Vector(0, 2)], ("axis", 1L));
        return graph.Op("ScatterND", [Nothing(graph, graph.Op("Shape", [scores])), places, graph.Op("GatherND", [scores, places])]);
    }

    /// <summary>Scores of rows without boxes.</summary>
    public static OnnxValue Nothing(OnnxGraph graph, OnnxValue shape) => graph.Filled(shape, graph.Scalar(Empty));

    /// <summary>Which scores belong to a box.</summary>
    public static OnnxValue Holds(OnnxGraph graph, OnnxValue scores) => graph.Op("Greater", [scores, graph.Scalar(Empty / 2)]);

    /// <summary>Rows of [B, S, 4] by indices [B, K]: [B, K, 4].</summary>
    public static OnnxValue Rows(OnnxGraph graph, OnnxValue boxes, OnnxValue indices) => graph.Op("GatherND", [boxes, graph.Unsqueeze(indices, 2)], ("batch_dims", 1L));
}
