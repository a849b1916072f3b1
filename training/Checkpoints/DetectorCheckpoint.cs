using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>
/// A detector in one <c>.safetensors</c> file: torchvision's parameter names; its architecture, what it was built from and its classes in the metadata.
/// </summary>
public static class DetectorCheckpoint
{
    private const string OptionsKey = "detector";
    private const string ArchitectureKey = "architecture";
    private const string LabelsKey = "labels";
    private const string LabelMapKey = "labelMap";

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    /// <param name="path">Where.</param>
    /// <param name="detector">The detector.</param>
    /// <param name="labels">Its classes without the background.</param>
    /// <param name="labelMap">Types that became another class; null: none.</param>
    public static void Save(string path, Detector detector, IReadOnlyList<string> labels, IReadOnlyDictionary<string, string>? labelMap = null)
    {
        var metadata = new Dictionary<string, string>
        {
            [ArchitectureKey] = detector.Architecture,
            [OptionsKey] = JsonSerializer.Serialize(detector.BuiltFrom, detector.BuiltFrom.GetType(), Json),
            [LabelsKey] = JsonSerializer.Serialize(labels, Json),
        };
        if (labelMap is { Count: > 0 })
        {
            metadata[LabelMapKey] = JsonSerializer.Serialize(labelMap, Json);
        }

        SafetensorsFile.Write(path, StateDict.InOrder(detector), metadata);
    }

    /// <summary>Whether <see cref="Save"/> wrote the file.</summary>
    internal static bool IsOne(string path)
    {
        using (var stream = InputFile.Open(path, "file of weights"))
        {
            if (FileContent.Require(stream, path) != FileFormat.Safetensors)
            {
                return false;
            }
        }

        using var content = SafetensorsFile.Read(path);
        return content.Metadata.ContainsKey(OptionsKey);
    }

    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <exception cref="UserErrorException">It is no checkpoint, or its tensors do not fit what it says it was built from.</exception>
    public static LoadedDetector Load(string path) => Load(path, [new FasterRcnnArchitecture()]);

    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="architectures">Those that are known.</param>
    /// <exception cref="UserErrorException">As above, or its architecture is none of them.</exception>
    internal static LoadedDetector Load(string path, IReadOnlyList<IDetectorArchitecture> architectures)
    {
        using var content = SafetensorsFile.Read(path, ImportHint.Detector);
        content.RequireTensors(path);
        if (!content.Metadata.ContainsKey(OptionsKey) || !content.Metadata.ContainsKey(LabelsKey))
        {
            throw new UserErrorException(
                $"{path}: this is no detector checkpoint: its metadata has no '{OptionsKey}' and '{LabelsKey}'; "
                + $"if a Faster R-CNN is in it: {ImportHint.Detector.For(path)}");
        }

        var labels = CheckpointMetadata.Read<string[]>(content, LabelsKey, path);
        var detector = ArchitectureOf(content, path, architectures).Read(content, OptionsKey, path);
        try
        {
            if (labels.Length + 1 != detector.NumClasses || labels.Any(string.IsNullOrEmpty))
            {
                throw new UserErrorException(
                    $"{path}: its metadata names {labels.Length} classes for a detector of {detector.NumClasses - 1}, or one without a name.");
            }

            LoadInto(StateDict.InOrder(detector), content.Tensors, path, content.Unread);
        }
        catch
        {
            detector.Dispose();
            throw;
        }

        detector.eval();
        return new LoadedDetector(detector, labels)
        {
            LabelMap = content.Metadata.ContainsKey(LabelMapKey) ? CheckpointMetadata.Read<Dictionary<string, string>>(content, LabelMapKey, path) : null,
        };
    }

    /// <summary>The architecture that a checkpoint names; files from before there were several name none.</summary>
    private static IDetectorArchitecture ArchitectureOf(
        SafetensorsContent content,
        string path,
        IReadOnlyList<IDetectorArchitecture> architectures)
    {
        var name = content.Metadata.GetValueOrDefault(ArchitectureKey, FasterRcnn.ArchitectureName);
        return architectures.FirstOrDefault(architecture => architecture.Name == name) ?? throw new UserErrorException(
            $"{path}: its detector is of architecture '{name}'; known are {string.Join(", ", architectures.Select(known => known.Name))}.");
    }

    /// <summary>Copies tensors into those of a module; a warning goes to the error stream when values are not finite.</summary>
    /// <param name="target">The module's tensors.</param>
    /// <param name="tensors">The file's.</param>
    /// <param name="path">The file.</param>
    /// <param name="unread">Tensors of the file that are not read: what each is.</param>
    /// <param name="hint">What may turn a foreign file into one that fits; null: nothing.</param>
    /// <exception cref="UserErrorException">A tensor is missing, left over or of another shape: the file is of another architecture.</exception>
    internal static void LoadInto(
        IEnumerable<KeyValuePair<string, Tensor>> target,
        IReadOnlyDictionary<string, Tensor> tensors,
        string path,
        IReadOnlyDictionary<string, string>? unread = null,
        ImportHint? hint = null)
    {
        using var _ = no_grad();
        var state = target.ToDictionary(entry => entry.Key, entry => entry.Value);
        if (WeightDifferences.Between(state, tensors, unread ?? new Dictionary<string, string>()) is { } differences)
        {
            var isForeign = tensors.Keys.Any(name => !state.ContainsKey(name));
            var remedy = hint is null || !isForeign ? "." : $"; pipeline-train import takes the network out of it: {hint.For(path)}";
            throw new UserErrorException($"{path}: the weights are of another architecture: {differences}{remedy}");
        }

        var notFinite = new Dictionary<string, long>(StringComparer.Ordinal);
        var negative = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in state)
        {
            if (value.is_floating_point())
            {
                FloatCheck.Require(path, name, tensors[name]);
            }

            value.copy_(tensors[name]);
            var count = FiniteCheck.NotFinite(value);
            if (count > 0)
            {
                notFinite.Add(name, count);
            }

            var negativeCount = VarianceCheck.Negative(name, value);
            if (negativeCount > 0)
            {
                negative.Add(name, negativeCount);
            }
        }

        if (notFinite.Count > 0)
        {
            Console.Error.WriteLine(FiniteCheck.Warning(path, notFinite));
        }

        if (negative.Count > 0)
        {
            Console.Error.WriteLine(VarianceCheck.Warning(path, negative));
        }
    }
}
