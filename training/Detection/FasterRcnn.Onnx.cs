using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

public sealed partial class FasterRcnn
{
    /// <inheritdoc />
    internal override OnnxGraph Emit()
    {
        var graph = new OnnxGraph(this);
        var batch = transform.Emit(graph, graph.Input("images", OnnxType.UInt8, "N", "H", "W", 3));
        var features = Backbone.Emit(graph, batch.Pixels);
        var proposals = Rpn.Emit(graph, new RpnInput(features, batch));
        var found = RoiHeads.Emit(graph, new RoIHeadsInput(features, proposals, batch));
        var detections = found with { Boxes = EmitToOriginalImage(graph, found.Boxes, batch) };
        EmitOutputs(graph, Options.ClipDetections ? EmitClipped(graph, detections, batch.Input) : detections);
        return graph;
    }

    /// <summary>Boxes [N, D, 4] in pixels of the images that were given.</summary>
    private static OnnxValue EmitToOriginalImage(OnnxGraph graph, OnnxValue boxes, OnnxBatch batch)
    {
        OnnxValue Ratio(OnnxValue to, OnnxValue from) => graph.Div(graph.Cast(to, OnnxType.Float), graph.Cast(from, OnnxType.Float));
        var x = Ratio(batch.Input.Width, batch.Resized.Width);
        var y = Ratio(batch.Input.Height, batch.Resized.Height);
        return graph.Mul(boxes, graph.Concat(0, x, y, x, y));
    }

    /// <summary>Boxes are cut to the image; those without area go, and the others close the gap in their order.</summary>
    private OnnxDetections EmitClipped(OnnxGraph graph, OnnxDetections detections, OnnxSize image)
    {
        var boxes = OnnxBoxes.Clip(graph, detections.Boxes, image);
        var hasArea = graph.Greater(OnnxBoxes.ShorterSide(graph, boxes), graph.Scalar(0));
        var stays = graph.And(OnnxBoxes.IsDetection(graph, detections.Scores), hasArea);
        var empty = OnnxBoxes.EmptyScores(graph, graph.Shape(detections.Scores));
        var (scores, order) = graph.TopK(graph.Where(stays, detections.Scores, empty), graph.Vector(Options.BoxDetectionsPerImg));
        var labels = graph.Op("GatherElements", [detections.Labels, order], ("axis", 1L));
        return new OnnxDetections(OnnxBoxes.Rows(graph, boxes, order), scores, labels);
    }

    /// <summary>The four outputs of the contract; rows that hold no detection are zero, their label −1.</summary>
    private void EmitOutputs(OnnxGraph graph, OnnxDetections detections)
    {
        OnnxDimension rows = Options.BoxDetectionsPerImg;
        var isDetection = OnnxBoxes.IsDetection(graph, detections.Scores);   // [N, D]
        var zero = graph.Scalar(0);
        graph.Output("boxes", graph.Where(graph.Unsqueeze(isDetection, 2), detections.Boxes, zero), "N", rows, 4);
        graph.Output("scores", graph.Where(isDetection, detections.Scores, zero), "N", rows);
        graph.Output("labels", graph.Where(isDetection, detections.Labels, graph.Vector(-1)), "N", rows);
        graph.Output("num_detections", graph.ReduceSum(graph.Cast(isDetection, OnnxType.Int64), 1), "N");
    }
}
