using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection.Export;

/// <summary>Sides of a map or image in the graph.</summary>
/// <param name="Height">int64 [1]</param>
/// <param name="Width">int64 [1]</param>
internal readonly record struct OnnxSize(OnnxValue Height, OnnxValue Width);

/// <summary>A resized batch in the graph.</summary>
/// <param name="Pixels">float32 [N, 3, H, W], normalized and padded.</param>
/// <param name="Count">N, int64 [1].</param>
/// <param name="Input">Size of the images that were given.</param>
/// <param name="Resized">Size after resizing.</param>
/// <param name="Padded">H and W.</param>
internal sealed record OnnxBatch(OnnxValue Pixels, OnnxValue Count, OnnxSize Input, OnnxSize Resized, OnnxSize Padded);

/// <summary>Proposals in the graph, as many for every image, by falling objectness.</summary>
/// <param name="Boxes">float32 [N, P, 4] in pixels of the resized images.</param>
/// <param name="Objectness">float32 [N, P], 0..1 or logits; see <see cref="OnnxBoxes.IsDetection"/> for empty rows.</param>
internal sealed record OnnxProposals(OnnxValue Boxes, OnnxValue Objectness);

/// <summary>Detections in the graph, as many for every image, by falling score.</summary>
/// <param name="Boxes">float32 [N, D, 4]</param>
/// <param name="Scores">float32 [N, D]; see <see cref="OnnxBoxes.IsDetection"/> for empty rows.</param>
/// <param name="Labels">int64 [N, D] from 0.</param>
internal sealed record OnnxDetections(OnnxValue Boxes, OnnxValue Scores, OnnxValue Labels);
