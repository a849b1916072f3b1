using System.Reflection;
using System.Text.Json;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;

namespace Pipeline.Training.Onnx;

/// <summary>What to export, and where to.</summary>
public sealed record ExportOptions
{
    /// <summary>The model repository.</summary>
    public required string RepositoryRoot { get; init; }

    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <summary>A version that is not taken, or null for the next.</summary>
    public int? Version { get; init; }

    /// <summary>Longest side of an input image in pixels; whoever serves the model refuses longer ones by their header.</summary>
    public int MaxSidePixels { get; init; } = new ImageLimits().MaxDimensionPixels;

    /// <summary>Classes without the background.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Types that became another class in training; null: none.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Images that it was measured on although the first weights had learnt from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>The checkpoint, whose digest goes into the manifest.</summary>
    public string? CheckpointPath { get; init; }
}

/// <summary>Writes a detector as a version of a model: one ONNX file and its manifest.</summary>
public static class DetectorExporter
{
    /// <returns>The version's directory.</returns>
    /// <exception cref="Pipeline.Shared.UserErrorException">The name or version cannot be used.</exception>
    public static string Export(Detector detector, ExportOptions options) => ModelDirectory.Publish(
        options.RepositoryRoot,
        options.Name,
        options.Version,
        (folder, version) => Write(detector, options, folder, version));

    private static ModelManifest Write(Detector detector, ExportOptions options, string folder, int version)
    {
        var model = Path.Combine(folder, ModelDirectory.ModelFileName);
        detector.Emit().Save(model);
        return new ModelManifest
        {
            ContractVersion = ModelManifest.CurrentContractVersion,
            Name = options.Name,
            Version = version,
            Labels = options.Labels,
            LabelMap = options.LabelMap,
            Leak = options.Leak,
            MaxInputSidePixels = options.MaxSidePixels,
            ScoreThreshold = detector.ScoreThreshold,
            MaxDetections = detector.MaxDetections,
            Precision = "fp32",
            Opset = OnnxGraph.Opset,
            Files = new Dictionary<string, FileDigest> { [ModelDirectory.ModelFileName] = ModelDirectory.Digest(model) },
            CheckpointSha256 = options.CheckpointPath is { } checkpoint ? ModelDirectory.Digest(checkpoint).Sha256 : null,
            Training = JsonSerializer.SerializeToElement(detector.BuiltFrom, detector.BuiltFrom.GetType(), DetectorCheckpoint.Json),
            Created = DateTimeOffset.UtcNow,
            Tool = $"pipeline-train {Assembly.GetExecutingAssembly().GetName().Version?.ToString(3)}",
        };
    }
}
