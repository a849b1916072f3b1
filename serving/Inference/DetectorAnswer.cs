using Microsoft.ML.OnnxRuntime;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Inference;

/// <summary>
/// The four outputs of one execution: boxes [N·D, 4], scores [N·D], labels [N·D] and the number of detections [N]. A model that was
/// put beside another's manifest may answer anything; what is read here is within the tensors and has a label of the manifest.
/// </summary>
/// <param name="manifest">What the model should answer.</param>
/// <param name="outputs">Boxes, scores, labels and numbers; they belong to the caller.</param>
/// <param name="images">Images in the batch.</param>
internal sealed class DetectorAnswer(ModelManifest manifest, IReadOnlyList<OrtValue> outputs, int images)
{
    /// <summary>The detections of one image.</summary>
    /// <param name="image">Its index in the batch.</param>
    /// <exception cref="InferenceException">The answer does not fit the manifest.</exception>
    public Detection[] Read(int image)
    {
        var corners = outputs[0].GetTensorDataAsSpan<float>();
        var confidence = outputs[1].GetTensorDataAsSpan<float>();
        var classes = outputs[2].GetTensorDataAsSpan<long>();
        var numbers = outputs[3].GetTensorDataAsSpan<long>();
        if (numbers.Length != images || classes.Length != confidence.Length || corners.Length != 4 * confidence.Length)
        {
            throw Misfit("gave outputs whose lengths do not fit the images or one another");
        }

        var rows = confidence.Length / images;
        if (numbers[image] < 0 || numbers[image] > rows)
        {
            throw Misfit($"says {numbers[image]} detections, but gave {rows}");
        }

        var first = image * rows;
        var detections = new Detection[numbers[image]];
        for (var i = 0; i < detections.Length; i++)
        {
            var label = classes[first + i];
            if (label < 0 || label >= manifest.Labels.Count)
            {
                throw Misfit($"answered label {label}, but its manifest has {manifest.Labels.Count} labels, from 0");
            }

            var box = corners.Slice(4 * (first + i), 4);
            detections[i] = new Detection((int)label, confidence[first + i], new Box(box[0], box[1], box[2], box[3]));
        }

        return detections;
    }

    private InferenceException Misfit(string what) =>
        new($"model {manifest.Name} version {manifest.Version} {what}; model.onnx and manifest.json do not belong together. "
            + "Export the model again.");
}
