using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Modules;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>
/// A detector in one <c>.safetensors</c> file: torchvision's parameter names; its architecture, what it was built from
/// and its classes in the metadata.
/// </summary>
public static class DetectorCheckpoint
{
    private const string OptionsKey = "detector";
    private const string ArchitectureKey = "architecture";
    private const string LabelsKey = "labels";
    private const string LabelMapKey = "labelMap";
    private const string LeakKey = "leak";

    /// <param name="path">The file to write.</param>
    /// <param name="detector">The detector.</param>
    /// <param name="labels">Its classes without the background.</param>
    /// <param name="labelMap">Types that became another class; null: none.</param>
    /// <param name="origin">Which images it has learned from; null: nothing is known.</param>
    public static void Save(
        string path,
        Detector detector,
        IReadOnlyList<string> labels,
        IReadOnlyDictionary<string, string>? labelMap = null,
        WeightOrigin? origin = null)
    {
        var metadata = new Dictionary<string, string>
        {
            [ArchitectureKey] = detector.Architecture,
            [OptionsKey] = JsonSerializer.Serialize(detector.BuiltFrom, detector.BuiltFrom.GetType(), JsonFormat.Options),
            [LabelsKey] = JsonSerializer.Serialize(labels, JsonFormat.Options),
        };
        if (labelMap is { Count: > 0 })
        {
            metadata[LabelMapKey] = JsonSerializer.Serialize(labelMap, JsonFormat.Options);
        }

        LearnedImages.Add(metadata, origin?.Learned);
        if (origin?.Leak is { } leak)
        {
            metadata[LeakKey] = JsonSerializer.Serialize(leak, JsonFormat.Options);
        }

        SafetensorsFile.Write(path, StateDict.InOrder(detector), metadata);
    }

    /// <summary>Whether <see cref="Save"/> wrote the file.</summary>
    internal static bool IsDetectorCheckpoint(string path) => SafetensorsFile.ReadMetadata(path)?.ContainsKey(OptionsKey) == true;

    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="log">Receives warnings of values that are not finite; null: nobody is warned.</param>
    /// <exception cref="UserErrorException">It is no checkpoint, or its tensors do not fit what it says it was built from.</exception>
    public static LoadedDetector Load(string path, ILogger? log = null) => Load(path, [new FasterRcnnArchitecture()], log);

    /// <param name="path">A file that <see cref="Save"/> wrote.</param>
    /// <param name="architectures">Those that are known.</param>
    /// <param name="log">Receives warnings of values that are not finite; null: nobody is warned.</param>
    /// <exception cref="UserErrorException">As above, or its architecture is none of them.</exception>
    internal static LoadedDetector Load(string path, IReadOnlyList<IDetectorArchitecture> architectures, ILogger? log = null)
    {
        using var content = SafetensorsFile.Read(path, ImportHint.Detector);
        content.RequireTensors(path);
        var labels = Labels(content, path);
        var detector = ArchitectureOf(content, path, architectures).Read(content, OptionsKey, path);
        try
        {
            RequireClasses(labels, detector.NumClasses, path);
            WeightLoading.Into(StateDict.InOrder(detector), content.Tensors, path, log ?? NullLogger.Instance, content.Unread);
        }
        catch
        {
            detector.Dispose();
            throw;
        }

        detector.eval();
        return new LoadedDetector(detector, labels)
        {
            LabelMap = content.Metadata.ContainsKey(LabelMapKey)
                ? CheckpointMetadata.Read<Dictionary<string, string>>(content, LabelMapKey, path)
                : null,
            Origin = new WeightOrigin
            {
                Learned = LearnedImages.Of(content.Metadata, path),
                Leak = content.Metadata.ContainsKey(LeakKey) ? CheckpointMetadata.Read<ImageLeak>(content, LeakKey, path) : null,
            },
        };
    }

    /// <summary>What a Faster R-CNN's checkpoint was built from, and its classes.</summary>
    /// <exception cref="UserErrorException">The file does not say it, contradicts itself, or is of another architecture.</exception>
    internal static (DetectorOptions Options, string[] Labels) Description(SafetensorsContent content, string path)
    {
        var labels = Labels(content, path);
        _ = ArchitectureOf(content, path, [new FasterRcnnArchitecture()]);
        var options = CheckpointMetadata.Read<DetectorOptions>(content, OptionsKey, path);
        RequireClasses(labels, options.NumClasses, path);
        return (options, labels);
    }

    private static string[] Labels(SafetensorsContent content, string path)
    {
        if (!content.Metadata.ContainsKey(OptionsKey) || !content.Metadata.ContainsKey(LabelsKey))
        {
            throw new UserErrorException(
                $"{path}: this is not a detector checkpoint: its metadata has no '{OptionsKey}' and '{LabelsKey}'; "
                + $"if a Faster R-CNN is in it: {ImportHint.Detector.For(path)}");
        }

        return CheckpointMetadata.Read<string[]>(content, LabelsKey, path);
    }

    private static void RequireClasses(string[] labels, int classes, string path)
    {
        if (labels.Length + 1 != classes || labels.Any(string.IsNullOrEmpty))
        {
            throw new UserErrorException(
                $"{path}: its metadata names {labels.Length} classes for a detector of {classes - 1}, or one without a name.");
        }
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
}
