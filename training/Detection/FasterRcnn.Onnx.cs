using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

public sealed partial class FasterRcnn
{
    /// <inheritdoc />
    internal override OnnxGraph Emit()
    {
        var graph = new OnnxGraph();
        long rows = Options.BoxDetectionsPerImg;
        var batch = transform.Emit(graph, graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3));
        var features = Backbone.Fpn.Emit(graph, Backbone.Body.Emit(graph, batch.Pixels));
        var (proposals, objectness) = Rpn.Emit(graph, features, batch);
        var (found, scores, labels) = RoiHeads.Emit(graph, features, proposals, objectness, batch);
        OnnxValue Ratio(OnnxValue to, OnnxValue from) => graph.Div(graph.Cast(to, OnnxType.Float), graph.Cast(from, OnnxType.Float));
        var (x, y) = (Ratio(batch.InputWidth, batch.Width), Ratio(batch.InputHeight, batch.Height));
        var boxes = graph.Mul(found, graph.Concat(0, x, y, x, y));
        var valid = OnnxBoxes.Holds(graph, scores);
        if (Options.ClipDetections)
        {
            // Boxes without area go, and the others close the gap in their order.
            boxes = OnnxBoxes.Clip(graph, boxes, batch.InputHeight, batch.InputWidth);
            var hasArea = graph.Op("Greater", [graph.Op("ReduceMin", [OnnxBoxes.Sides(graph, boxes), graph.Vector(-1)], ("keepdims", 0L)), graph.Scalar(0)]);
            var kept = graph.Where(graph.And(valid, hasArea), scores, OnnxBoxes.Nothing(graph, graph.Op("Shape", [scores])));
            var order = graph.Ops("TopK", 2, [kept, graph.Vector(rows)]);
            boxes = OnnxBoxes.Rows(graph, boxes, order[1]);
            (scores, labels, valid) = (order[0], graph.Op("GatherElements", [labels, order[1]], ("axis", 1L)), OnnxBoxes.Holds(graph, order[0]));
        }

        graph.Output("boxes", graph.Where(graph.Unsqueeze(valid, 2), boxes, graph.Scalar(0)), OnnxType.Float, "N", rows, 4);
        graph.Output("scores", graph.Where(valid, scores, graph.Scalar(0)), OnnxType.Float, "N", rows);
        graph.Output("labels", graph.Where(valid, labels, graph.Vector(-1)), OnnxType.Int64, "N", rows);
        graph.Output("num_detections", graph.Op("ReduceSum", [graph.Cast(valid, OnnxType.Int64), graph.Vector(1)], ("keepdims", 0L)), OnnxType.Int64, "N");
        return graph;
    }
}
