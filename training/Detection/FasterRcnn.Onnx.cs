using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

public sealed partial class FasterRcnn
{
    /// <summary>The whole detector as one graph (contract version 1): <c>images</c> uint8 [N, H, W, 3] to <c>boxes</c>, <c>scores</c>, <c>labels</c>, <c>num_detections</c>.</summary>
    internal OnnxGraph Emit()
    {
        var graph = new OnnxGraph();
        long rows = Options.BoxDetectionsPerImg;
        var batch = transform.Emit(graph, graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3));
        var features = Backbone.Fpn.Emit(graph, Backbone.Body.Emit(graph, batch.Pixels));
        var (proposals, objectness) = Rpn.Emit(graph, features, batch);
        var detections = RoiHeads.Emit(graph, features, proposals, objectness, batch);
        OnnxValue Ratio(OnnxValue to, OnnxValue from) => graph.Div(graph.Cast(to, OnnxType.Float), graph.Cast(from, OnnxType.Float));
        var (x, y) = (Ratio(batch.InputWidth, batch.Width), Ratio(batch.InputHeight, batch.Height));
        graph.Output("boxes", graph.Mul(detections.Boxes, graph.Concat(0, x, y, x, y)), OnnxType.Float, "N", rows, 4);
        graph.Output("scores", detections.Scores, OnnxType.Float, "N", rows);
        graph.Output("labels", detections.Labels, OnnxType.Int64, "N", rows);
        graph.Output("num_detections", detections.Count, OnnxType.Int64, "N");
        return graph;
    }
}
