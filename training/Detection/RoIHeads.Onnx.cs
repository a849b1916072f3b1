using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

internal sealed partial class RoIHeads
{
    /// <summary>The same as ONNX nodes: RoIs of all images go through the head at once, grouped by level.</summary>
    /// <returns>boxes [N, D, 4] in pixels of the resized images, scores [N, D] by falling score (0 where empty), labels int64 [N, D] from 0 (−1 where empty) and the number of detections int64 [N].</returns>
    public (OnnxValue Boxes, OnnxValue Scores, OnnxValue Labels, OnnxValue Count) Emit(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxValue proposals, OnnxValue objectness, OnnxBatch batch)
    {
        var (logits, deltas) = EmitHead(graph, features, proposals, objectness, batch);
        long classes = options.NumClasses;
        var perImage = graph.Concat(0, batch.Count, graph.Vector(-1, classes, 4));
        var decoded = OnnxBoxes.Decode(graph, graph.Op("Reshape", [deltas, perImage]), graph.Unsqueeze(proposals, 2), options.BboxRegWeights);
        var clipped = OnnxBoxes.Clip(graph, graph.Slice(decoded, 2, 1, classes), batch.Height, batch.Width);                         // [N, P, C, 4]
        var probability = graph.Slice(
            graph.Op("Reshape", [graph.Op("Softmax", [logits], ("axis", -1L)), graph.Concat(0, batch.Count, graph.Vector(-1, classes))]), 2, 1, classes);  // [N, P, C]
        var valid = graph.And(
            graph.And(OnnxBoxes.NotSmall(graph, clipped, options.BoxMinSidePixels), graph.Op("Greater", [probability, graph.Scalar(options.BoxScoreThresh)])),
            graph.Unsqueeze(graph.Op("GreaterOrEqual", [objectness, graph.Scalar(0)]), 2));
        var masked = graph.Where(valid, probability, graph.Scalar(-1));

        // Boxes differ by class, so (image, class) is the batch of the suppression.
        var ofClass = graph.Op("Reshape", [graph.Transpose(clipped, 0, 2, 1, 3), graph.Concat(0, graph.Vector(-1), graph.Dimension(proposals, 1), graph.Vector(4))]);
        var scoresOfClass = graph.Op("Reshape", [graph.Transpose(masked, 0, 2, 1), graph.Concat(0, graph.Vector(-1), graph.Dimension(proposals, 1))]);
        var kept = OnnxBoxes.Suppress(graph, ofClass, scoresOfClass, options.BoxNmsThresh, options.BoxDetectionsPerImg);
        return EmitTop(graph, graph.Op("Reshape", [ofClass, graph.Concat(0, batch.Count, graph.Vector(-1, 4))]), graph.Op("Reshape", [kept, graph.Concat(0, batch.Count, graph.Vector(-1))]), graph.Dimension(proposals, 1), batch.Count);
    }

    private (OnnxValue Logits, OnnxValue Deltas) EmitHead(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxValue proposals, OnnxValue objectness, OnnxBatch batch)
    {
        var images = graph.Op("Range", [graph.Constant([0L]), graph.Op("Squeeze", [graph.Dimension(proposals, 0)]), graph.Constant([1L])]);
        var imageOfRoi = graph.Reshape(graph.Filled(graph.Op("Shape", [objectness]), graph.Unsqueeze(images, 1)), -1);
        var (pooled, order) = pooler.Emit(graph, features, graph.Reshape(proposals, -1, 4), imageOfRoi, batch.Height);
        var (logits, deltas) = boxPredictor.Emit(graph, boxHead.Emit(graph, pooled));
        OnnxValue InOrder(OnnxValue rows) => graph.Op("ScatterND", [rows, graph.Unsqueeze(order, 1), rows]);
        return (InOrder(logits), InOrder(deltas));
    }

    private (OnnxValue Boxes, OnnxValue Scores, OnnxValue Labels, OnnxValue Count) EmitTop(OnnxGraph graph, OnnxValue boxes, OnnxValue scores, OnnxValue proposals, OnnxValue images)
    {
        // D empty rows behind the candidates, so that there are always D to choose.
        var padding = graph.Vector(options.BoxDetectionsPerImg);
        var paddedScores = graph.Concat(1, scores, graph.Filled(graph.Concat(0, images, padding), graph.Scalar(-1)));
        var paddedBoxes = graph.Concat(1, boxes, graph.Filled(graph.Concat(0, images, padding, graph.Vector(4)), graph.Scalar(0)));
        var top = graph.Ops("TopK", 2, [paddedScores, padding]);
        var valid = graph.Op("GreaterOrEqual", [top[0], graph.Scalar(0)]);
        var labels = graph.Where(valid, graph.Div(top[1], proposals), graph.Vector(-1));
        var zero = graph.Scalar(0);
        return (
            graph.Where(graph.Unsqueeze(valid, 2), OnnxBoxes.Rows(graph, paddedBoxes, top[1]), zero),
            graph.Where(valid, top[0], zero),
            labels,
            graph.Op("ReduceSum", [graph.Cast(valid, OnnxType.Int64), graph.Vector(1)], ("keepdims", 0L)));
    }
}
