using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>A detector in one <c>.safetensors</c> file: torchvision's parameter names; what it was built from and its classes in the metadata.</summary>
public static class DetectorCheckpoint
{
    private const string OptionsKey = "detector";
    private const string LabelsKey = "labels";

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) }, TypeInfoResolver = new DefaultJsonTypeInfoResolver() };

    /// <param name="path">Where.</param>
    /// <param name="detector">The detector.</param>
    /// <param name="labels">Its classes without the background.</param>
    public static void Save(string path, FasterRcnn detector, IReadOnlyList<string> labels) => SafetensorsFile.Write(path, StateDict.InOrder(detector), new Dictionary<string, string>
    {
        [OptionsKey] = JsonSerializer.Serialize(detector.Options, Json),
        [LabelsKey] = JsonSerializer.Serialize(labels, Json),
    });

    /// <summary>Whether <see cref="Save"/> wrote the file.</summary>
    internal static bool IsOne(string path)
    {
        if (!Path.GetExtension(path).Equals(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        using var content = SafetensorsFile.Read(path);
        return content.Metadata.ContainsKey(OptionsKey);
    }

    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <returns>The detector on the CPU, in evaluation mode, and its classes.</returns>
    /// <exception cref="UserErrorException">The file is no checkpoint, or its tensors do not fit what it says it was built from.</exception>
    public static (FasterRcnn Detector, IReadOnlyList<string> Labels) Load(string path)
    {
        using var content = SafetensorsFile.Read(path);
        if (!content.Metadata.TryGetValue(OptionsKey, out var options) || !content.Metadata.TryGetValue(LabelsKey, out var labels))
        {
            throw new UserErrorException($"{path}: this is no detector checkpoint: its metadata has no '{OptionsKey}' and '{LabelsKey}'.");
        }

        try
        {
            var detector = new FasterRcnn(JsonSerializer.Deserialize<DetectorOptions>(options, Json)!);
            LoadInto(StateDict.InOrder(detector), content.Tensors, path);
            detector.eval();
            return (detector, JsonSerializer.Deserialize<string[]>(labels, Json)!);
        }
        catch (JsonException exception)
        {
            throw new UserErrorException($"{path}: its metadata cannot be read: {exception.Message}", exception);
        }
    }

    /// <summary>Copies tensors into those of a module.</summary>
    /// <exception cref="UserErrorException">A tensor is missing, left over or of another shape: the file is of another architecture.</exception>
    internal static void LoadInto(IEnumerable<KeyValuePair<string, Tensor>> target, IReadOnlyDictionary<string, Tensor> tensors, string path)
    {
        using var _ = no_grad();
        var state = target.ToDictionary(entry => entry.Key, entry => entry.Value);
        var wrong = state.Where(entry => !tensors.TryGetValue(entry.Key, out var tensor) || !tensor.shape.SequenceEqual(entry.Value.shape)).Select(entry => entry.Key)
            .Concat(tensors.Keys.Where(name => !state.ContainsKey(name))).ToArray();
        if (wrong.Length > 0)
        {
            throw new UserErrorException(
                $"{path}: the weights are of another architecture: {wrong.Length} of {state.Count} tensors are missing, unexpected or of another shape, among them {string.Join(", ", wrong.Take(3))}.");
        }

        foreach (var (name, value) in state)
        {
            value.copy_(tensors[name]);
        }
    }
}
