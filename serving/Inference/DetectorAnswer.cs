using Microsoft.ML.OnnxRuntime;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Inference;

/// <summary>What one execution found, and what it took.</summary>
/// <param name="Detections">For each image its detections, by descending score; boxes in pixels of the image.</param>
/// <param name="InputTime">To put the images together.</param>
/// <param name="InferenceTime">In the model.</param>
/// <param name="OutputTime">To read its outputs.</param>
public sealed record DetectedBatch(
    IReadOnlyList<IReadOnlyList<Detection>> Detections, TimeSpan InputTime, TimeSpan InferenceTime, TimeSpan OutputTime);

/// <summary>
/// Reads the four outputs of one execution: boxes [N, D, 4], scores [N, D], labels [N, D] and the number of detections [N]. A model
/// placed beside another model's manifest may return anything: counts and labels are checked against the tensors and the manifest.
/// </summary>
/// <param name="manifest">What the model should return.</param>
/// <param name="outputs">Boxes, scores, labels and counts, in this order; the caller owns them.</param>
/// <param name="images">Number of images in the batch (N).</param>
internal sealed class DetectorAnswer(ModelManifest manifest, IReadOnlyList<OrtValue> outputs, int images)
{
    /// <summary>The detections of one image, by descending score.</summary>
    /// <param name="image">Its index in the batch.</param>
    /// <exception cref="InferenceException">The outputs do not match the manifest.</exception>
    public Detection[] Read(int image)
    {
        var boxes = outputs[0].GetTensorDataAsSpan<float>();
        var scores = outputs[1].GetTensorDataAsSpan<float>();
        var labels = outputs[2].GetTensorDataAsSpan<long>();
        var counts = outputs[3].GetTensorDataAsSpan<long>();
        if (counts.Length != images || labels.Length != scores.Length || boxes.Length != 4 * scores.Length)
        {
            throw Mismatch("returned outputs whose lengths do not match the images or each other");
        }

        var rows = scores.Length / images;
        if (counts[image] < 0 || counts[image] > rows)
        {
            throw Mismatch($"reported {counts[image]} detections but returned {rows}");
        }

        var first = image * rows;
        var detections = new Detection[counts[image]];
        for (var i = 0; i < detections.Length; i++)
        {
            var label = labels[first + i];
            if (label < 0 || label >= manifest.Labels.Count)
            {
                throw Mismatch($"returned label {label}, but its manifest has {manifest.Labels.Count} labels, counted from 0");
            }

            var box = boxes.Slice(4 * (first + i), 4);
            if (!float.IsFinite(scores[first + i] + box[0] + box[1] + box[2] + box[3]))
            {
                throw Mismatch("returned a box or a score that is not a finite number");
            }

            detections[i] = new Detection((int)label, scores[first + i], new Box(box[0], box[1], box[2], box[3]));
        }

        return detections;
    }

    private InferenceException Mismatch(string what) =>
        new($"model {manifest.Name} version {manifest.Version} {what}; model.onnx and manifest.json do not belong together. "
            + "Export the model again.");
}
