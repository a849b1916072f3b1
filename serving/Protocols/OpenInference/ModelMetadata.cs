using System.Globalization;
using Pipeline.Serving.Models;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>What the service says about a model.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Versions">Its versions that answer requests.</param>
/// <param name="Platform">What executes it.</param>
/// <param name="Inputs">What it takes.</param>
/// <param name="Outputs">What it returns.</param>
/// <param name="Properties">What the tensors alone do not say.</param>
internal sealed record ModelMetadata(
    string Name,
    IReadOnlyList<string> Versions,
    string Platform,
    IReadOnlyList<TensorMetadata> Inputs,
    IReadOnlyList<TensorMetadata> Outputs,
    IReadOnlyDictionary<string, string> Properties)
{
    /// <summary>Describes a version of a model.</summary>
    /// <param name="lease">The version.</param>
    /// <param name="models">Knows the others.</param>
    public static ModelMetadata Of(ModelLease lease, ServedModels models)
    {
        var manifest = lease.Manifest;
        return new ModelMetadata(
            Name: manifest.Name,
            Versions: [.. ReadyVersions(manifest.Name, models)],
            Platform: "onnx_onnxv1",
            Inputs: [DetectorTensors.Input],
            Outputs: DetectorTensors.Outputs(manifest),
            Properties: PropertiesOf(manifest, lease.Limits.MaxDimensionPixels));
    }

    private static IEnumerable<string> ReadyVersions(string name, ServedModels models) => models.Index
        .Where(status => status.Name == name && status.State == ModelState.Ready)
        .Select(status => status.Version.ToString(CultureInfo.InvariantCulture));

    private static Dictionary<string, string> PropertiesOf(ModelManifest manifest, int longestSide) => new()
    {
        ["images"] = "RGB pixels [N, H, W, 3]; or, as BYTES of shape [N], PNG or JPEG files, whose sizes may differ",
        ["boxes"] = "x1, y1, x2, y2 in pixels of the image; rows after num_detections are zeros with the label -1",
        ["labels"] = string.Join(",", manifest.Labels),
        ["max_side_pixels"] = longestSide.ToString(CultureInfo.InvariantCulture),
        ["precision"] = manifest.Precision,
        ["score_threshold"] = manifest.ScoreThreshold.ToString("R", CultureInfo.InvariantCulture),
    };
}
