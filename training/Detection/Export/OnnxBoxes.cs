using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection.Export;

/// <summary>Box arithmetic in the graph.</summary>
internal static class OnnxBoxes
{
    /// <summary>The score of a row that holds no box: below any logit.</summary>
    private const double EmptyScore = -1e30;

    /// <summary>Corners from deltas, as <see cref="BoxCoder.Decode"/>.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="deltas">[..., 4]</param>
    /// <param name="references">[..., 4] of the same rank.</param>
    /// <param name="weights">Factors of dx, dy, dw, dh.</param>
    /// <returns>[..., 4]</returns>
    public static OnnxValue Decode(OnnxGraph graph, OnnxValue deltas, OnnxValue references, IReadOnlyList<double> weights)
    {
        var corner = graph.Slice(references, -1, 0, 2);
        var size = graph.Sub(graph.Slice(references, -1, 2, 4), corner);
        var half = graph.Scalar(0.5);
        var center = graph.Add(corner, graph.Mul(size, half));
        var offset = graph.Div(graph.Slice(deltas, -1, 0, 2), Pair(graph, weights[0], weights[1]));
        var moved = graph.Add(graph.Mul(offset, size), center);
        var logarithm = graph.Div(graph.Slice(deltas, -1, 2, 4), Pair(graph, weights[2], weights[3]));
        var growth = graph.Op("Exp", [graph.Min(logarithm, graph.Scalar(BoxCoder.MaxLogRatio))]);
        var halfSize = graph.Mul(graph.Mul(growth, size), half);
        return graph.Concat(-1, graph.Sub(moved, halfSize), graph.Add(moved, halfSize));
    }

    /// <summary>Corners [..., 4] moved into an image.</summary>
    public static OnnxValue Clip(OnnxGraph graph, OnnxValue boxes, OnnxSize image)
    {
        var limit = graph.Cast(graph.Concat(0, image.Width, image.Height, image.Width, image.Height), OnnxType.Float);
        return graph.Min(graph.Max(boxes, graph.Scalar(0)), limit);
    }

    /// <summary>Width and height [..., 2].</summary>
    public static OnnxValue Sides(OnnxGraph graph, OnnxValue boxes) =>
        graph.Sub(graph.Slice(boxes, -1, 2, 4), graph.Slice(boxes, -1, 0, 2));

    /// <summary>The shorter side: [...].</summary>
    public static OnnxValue ShorterSide(OnnxGraph graph, OnnxValue boxes) => graph.ReduceMin(Sides(graph, boxes), -1);

    /// <summary>Whether both sides reach a length: bool [...].</summary>
    public static OnnxValue HasMinSide(OnnxGraph graph, OnnxValue boxes, double minSidePixels) =>
        graph.GreaterOrEqual(ShorterSide(graph, boxes), graph.Scalar(minSidePixels));

    /// <summary>Suppression of each row of a batch on its own.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="boxes">[B, S, 4]</param>
    /// <param name="scores">[B, S]; probabilities or logits.</param>
    /// <param name="valid">bool [B, S]: the boxes that take part.</param>
    /// <param name="iouThreshold">Overlap above which the worse box goes.</param>
    /// <param name="most">Boxes kept of a row at most.</param>
    /// <returns>[B, S]: the score of a kept box; any other is no <see cref="IsDetection"/>.</returns>
    public static OnnxValue Suppress(
        OnnxGraph graph,
        OnnxValue boxes,
        OnnxValue scores,
        OnnxValue valid,
        double iouThreshold,
        int most)
    {
        var candidates = graph.Where(valid, scores, graph.Scalar(EmptyScore));                 // [B, S]
        var overlap = graph.Constant([(float)iouThreshold], 1);
        var leastScore = graph.Constant([(float)(EmptyScore / 2)], 1);
        var selected = graph.Op(
            "NonMaxSuppression",
            [boxes, graph.Unsqueeze(candidates, 1), graph.Vector(most), overlap, leastScore]);   // [kept, 3]: row, class, box
        var indices = graph.Gather(selected, graph.Vector(0, 2), axis: 1);                     // [kept, 2]: row, box
        var kept = graph.Op("GatherND", [candidates, indices]);
        return graph.Op("ScatterND", [EmptyScores(graph, graph.Shape(candidates)), indices, kept]);
    }

    /// <summary>Scores of rows without boxes.</summary>
    public static OnnxValue EmptyScores(OnnxGraph graph, OnnxValue shape) => graph.Filled(shape, graph.Scalar(EmptyScore));

    /// <summary>Which scores belong to a box: bool of the scores' shape.</summary>
    public static OnnxValue IsDetection(OnnxGraph graph, OnnxValue scores) => graph.Greater(scores, graph.Scalar(EmptyScore / 2));

    /// <summary>Rows of [B, S, 4] by indices [B, K]: [B, K, 4].</summary>
    public static OnnxValue Rows(OnnxGraph graph, OnnxValue boxes, OnnxValue indices) =>
        graph.Op("GatherND", [boxes, graph.Unsqueeze(indices, 2)], ("batch_dims", 1L));

    private static OnnxValue Pair(OnnxGraph graph, double first, double second) => graph.Constant([(float)first, (float)second], 2);
}
