using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

internal sealed partial class RoIHeads
{
    /// <summary>The same as ONNX nodes: RoIs of all images go through the head at once, grouped by level.</summary>
    /// <returns>boxes [N, D, 4] in pixels of the resized images, scores [N, D] by falling score (see <see cref="OnnxBoxes.Holds"/> for empty rows) and labels int64 [N, D] from 0.</returns>
    public (OnnxValue Boxes, OnnxValue Scores, OnnxValue Labels) Emit(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxValue proposals, OnnxValue objectness, OnnxBatch batch)
    {
        var (logits, deltas) = EmitHead(graph, features, proposals, objectness, batch);
        long classes = options.NumClasses;
        var perImage = graph.Concat(0, batch.Count, graph.Vector(-1, options.ClassAgnosticBoxes ? 1 : classes, 4));
        var decoded = OnnxBoxes.Decode(graph, graph.Op("Reshape", [deltas, perImage]), graph.Unsqueeze(proposals, 2), options.BboxRegWeights);
        var ofObjects = options.ClassAgnosticBoxes ? graph.Filled(graph.Vector(1, 1, classes - 1, 1), decoded) : graph.Slice(decoded, 2, 1, classes);
        var clipped = OnnxBoxes.Clip(graph, ofObjects, batch.Height, batch.Width);                                                  // [N, P, C, 4]
        var probability = graph.Slice(
            graph.Op("Reshape", [graph.Op("Softmax", [logits], ("axis", -1L)), graph.Concat(0, batch.Count, graph.Vector(-1, classes))]), 2, 1, classes);  // [N, P, C]
        var valid = graph.And(
            graph.And(OnnxBoxes.NotSmall(graph, clipped, options.BoxMinSidePixels), graph.Op("Greater", [probability, graph.Scalar(options.BoxScoreThresh)])),
            graph.Unsqueeze(OnnxBoxes.Holds(graph, objectness), 2));

        // Boxes differ by class, so (image, class) is the batch of the suppression.
        var ofClass = graph.Op("Reshape", [graph.Transpose(clipped, 0, 2, 1, 3), graph.Concat(0, graph.Vector(-1), graph.Dimension(proposals, 1), graph.Vector(4))]);
        OnnxValue OfClass(OnnxValue rows) => graph.Op("Reshape", [graph.Transpose(rows, 0, 2, 1), graph.Concat(0, graph.Vector(-1), graph.Dimension(proposals, 1))]);
        var kept = OnnxBoxes.Suppress(graph, ofClass, OfClass(probability), OfClass(valid), options.BoxNmsThresh, options.BoxDetectionsPerImg);
        return EmitTop(graph, graph.Op("Reshape", [ofClass, graph.Concat(0, batch.Count, graph.Vector(-1, 4))]), graph.Op("Reshape", [kept, graph.Concat(0, batch.Count, graph.Vector(-1))]), graph.Dimension(proposals, 1), batch.Count);
    }

    private (OnnxValue Logits, OnnxValue Deltas) EmitHead(OnnxGraph graph, IReadOnlyList<OnnxValue> features, OnnxValue proposals, OnnxValue objectness, OnnxBatch batch)
    {
        var images = graph.Range(graph.Dimension(proposals, 0));
        var imageOfRoi = graph.Reshape(graph.Filled(graph.Op("Shape", [objectness]), graph.Unsqueeze(images, 1)), -1);
        var (pooled, order) = pooler.Emit(graph, features, graph.Reshape(proposals, -1, 4), imageOfRoi, batch.Height);
        var (logits, deltas) = boxPredictor.Emit(graph, boxHead.Emit(graph, pooled));
        OnnxValue InOrder(OnnxValue rows) => graph.Op("ScatterND", [rows, graph.Unsqueeze(order, 1), rows]);
        return (InOrder(logits), InOrder(deltas));
    }

    private (OnnxValue Boxes, OnnxValue Scores, OnnxValue Labels) EmitTop(OnnxGraph graph, OnnxValue boxes, OnnxValue scores, OnnxValue proposals, OnnxValue images)
    {
        // D empty rows behind the candidates, so that there are always D to choose.
        var padding = graph.Vector(options.BoxDetectionsPerImg);
        var paddedScores = graph.Concat(1, scores, OnnxBoxes.Nothing(graph, graph.Concat(0, images, padding)));
        var paddedBoxes = graph.Concat(1, boxes, graph.Filled(graph.Concat(0, images, padding, graph.Vector(4)), graph.Scalar(0)));
        var top = graph.Ops("TopK", 2, [paddedScores, padding]);
        return (OnnxBoxes.Rows(graph, paddedBoxes, top[1]), top[0], graph.Div(top[1], proposals));
    }
}
