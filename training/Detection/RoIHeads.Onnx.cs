using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

/// <summary>What is classified and refined, in the graph.</summary>
/// <param name="Features">Maps [N, C, H_l, W_l] of every level.</param>
/// <param name="Proposals">As many for every image.</param>
/// <param name="Batch">The images.</param>
internal sealed record RoIHeadsInput(IReadOnlyList<OnnxValue> Features, OnnxProposals Proposals, OnnxBatch Batch);

internal sealed partial class RoIHeads : IOnnxEmitter<RoIHeadsInput, OnnxDetections>
{
    /// <summary>RoIs of all images go through the head at once, grouped by level.</summary>
    /// <returns>Detections in pixels of the resized images.</returns>
    public OnnxDetections Emit(OnnxGraph graph, RoIHeadsInput input)
    {
        var count = input.Batch.Count;
        var proposalsOfImage = graph.Dimension(input.Proposals.Boxes, 1);
        var (logits, deltas) = EmitHead(graph, input);
        var boxes = EmitBoxes(graph, deltas, input);                                                      // [N, P, C, 4]
        var probabilities = EmitProbabilities(graph, logits, count);                                      // [N, P, C]
        var hasMinSide = OnnxBoxes.HasMinSide(graph, boxes, options.BoxMinSidePixels);
        var isLikely = graph.Greater(probabilities, graph.Scalar(options.BoxScoreThresh));
        var isProposal = graph.Unsqueeze(OnnxBoxes.IsDetection(graph, input.Proposals.Objectness), 2);    // [N, P, 1]
        var valid = graph.And(graph.And(hasMinSide, isLikely), isProposal);

        // Boxes differ by class, so (image, class) is the batch of the suppression.
        var classRows = graph.Concat(0, graph.Vector(-1), proposalsOfImage);
        OnnxValue ByClass(OnnxValue values) => graph.Reshape(graph.Transpose(values, 0, 2, 1), classRows);   // [N·C, P]
        var boxRows = graph.Concat(0, graph.Vector(-1), proposalsOfImage, graph.Vector(4));
        var boxesByClass = graph.Reshape(graph.Transpose(boxes, 0, 2, 1, 3), boxRows);                    // [N·C, P, 4]
        var kept = OnnxBoxes.Suppress(
            graph, boxesByClass, ByClass(probabilities), ByClass(valid), options.BoxNmsThresh, options.BoxDetectionsPerImg);
        var candidates = graph.Reshape(boxesByClass, graph.Concat(0, count, graph.Vector(-1, 4)));        // [N, C·P, 4]
        var scores = graph.Reshape(kept, graph.Concat(0, count, graph.Vector(-1)));                       // [N, C·P]
        return EmitTop(graph, candidates, scores, proposalsOfImage, count);
    }

    /// <summary>The head's raw answers, in the order of the proposals.</summary>
    /// <returns>Logits [N·P, classes] and deltas [N·P, 4·classes].</returns>
    private (OnnxValue Logits, OnnxValue Deltas) EmitHead(OnnxGraph graph, RoIHeadsInput input)
    {
        var (boxes, objectness) = input.Proposals;
        var images = graph.Unsqueeze(graph.Range(graph.Dimension(boxes, 0)), 1);                          // [N, 1]
        var imageOfRoI = graph.Reshape(graph.Filled(graph.Shape(objectness), images), -1);                // [N·P]
        var rois = graph.Reshape(boxes, -1, 4);
        var (pooled, order) = pooler.Emit(graph, new RoIAlignInput(input.Features, rois, imageOfRoI, input.Batch));
        var (logits, deltas) = boxPredictor.Emit(graph, boxHead.Emit(graph, pooled));
        OnnxValue InOrder(OnnxValue rows) => graph.Op("ScatterND", [rows, graph.Unsqueeze(order, 1), rows]);
        return (InOrder(logits), InOrder(deltas));
    }

    /// <summary>Boxes of every class but the background, cut to the image: [N, P, C, 4].</summary>
    private OnnxValue EmitBoxes(OnnxGraph graph, OnnxValue deltas, RoIHeadsInput input)
    {
        long boxesOfProposal = options.ClassAgnosticBoxes ? 1 : options.NumClasses;
        var rows = graph.Reshape(deltas, graph.Concat(0, input.Batch.Count, graph.Vector(-1, boxesOfProposal, 4)));
        var references = graph.Unsqueeze(input.Proposals.Boxes, 2);                                       // [N, P, 1, 4]
        var decoded = OnnxBoxes.Decode(graph, rows, references, options.BboxRegWeights);
        var ofClasses = options.ClassAgnosticBoxes
            ? graph.Filled(graph.Vector(1, 1, options.NumClasses - 1, 1), decoded)
            : graph.Slice(decoded, 2, 1, options.NumClasses);
        return OnnxBoxes.Clip(graph, ofClasses, input.Batch.Resized);
    }

    /// <summary>Probabilities of every class but the background: [N, P, C].</summary>
    private OnnxValue EmitProbabilities(OnnxGraph graph, OnnxValue logits, OnnxValue count)
    {
        var all = graph.Op("Softmax", [logits], ("axis", -1L));
        var perImage = graph.Reshape(all, graph.Concat(0, count, graph.Vector(-1, options.NumClasses)));
        return graph.Slice(perImage, 2, 1, options.NumClasses);
    }

    /// <summary>The best detections of each image, always the same number: empty rows after the candidates fill up.</summary>
    private OnnxDetections EmitTop(OnnxGraph graph, OnnxValue boxes, OnnxValue scores, OnnxValue proposalsOfImage, OnnxValue count)
    {
        var rows = graph.Vector(options.BoxDetectionsPerImg);
        var emptyScores = OnnxBoxes.EmptyScores(graph, graph.Concat(0, count, rows));
        var emptyBoxes = graph.Filled(graph.Concat(0, count, rows, graph.Vector(4)), graph.Scalar(0));
        var (best, indices) = graph.TopK(graph.Concat(1, scores, emptyScores), rows);
        var bestBoxes = OnnxBoxes.Rows(graph, graph.Concat(1, boxes, emptyBoxes), indices);
        return new OnnxDetections(bestBoxes, best, graph.Div(indices, proposalsOfImage));   // candidates lie class by class
    }
}
