using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Shared.Reports;

/// <summary>
/// Result of an evaluation, <c>report.json</c>. The averages at the top are COCO's, 0..1, or null where no frame has an object; all metrics
/// stand in <see cref="Metrics"/>.
/// </summary>
/// <param name="Map">Mean AP over IoU 0.50 to 0.95 and over the classes that have objects.</param>
/// <param name="Map50">The same at IoU 0.50.</param>
/// <param name="Map75">The same at IoU 0.75.</param>
/// <param name="PerClass">AP of each class; null where it has no object.</param>
/// <param name="Images">Number of images evaluated.</param>
/// <param name="Seconds">Time to decode all images and to run the model over them.</param>
/// <param name="ImagesPerSecond"><paramref name="Images"/> over <paramref name="Seconds"/>.</param>
public sealed record EvaluationReport(
    double? Map,
    double? Map50,
    double? Map75,
    IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass,
    int Images,
    double Seconds,
    double ImagesPerSecond)
{
    /// <summary>What the model's weights are stored as.</summary>
    public string? Precision { get; init; }

    /// <summary>
    /// Images that the model was measured on in training although its initial weights had learned from them; null when there are none.
    /// </summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>The model that was measured.</summary>
    public EvaluatedModel? Model { get; init; }

    /// <summary>What it was measured on.</summary>
    public EvaluatedData? Data { get; init; }

    /// <summary>Every metric that was asked for.</summary>
    public IReadOnlyList<MetricReport> Metrics { get; init; } = [];

    /// <summary>Why the numbers are what they are.</summary>
    public DetectionAnalysis? Analysis { get; init; }

    /// <summary>How long the stages took.</summary>
    public IReadOnlyList<StageLatency> Latency { get; init; } = [];
}

/// <param name="Name">Of the model.</param>
/// <param name="Version">Its version.</param>
/// <param name="Sha256">Digest of the ONNX file.</param>
/// <param name="CheckpointSha256">Digest of the checkpoint that it was exported from; null where the manifest says nothing.</param>
/// <param name="ManifestSha256">Digest of manifest.json.</param>
public sealed record EvaluatedModel(string Name, int Version, string Sha256, string? CheckpointSha256, string ManifestSha256)
{
    /// <summary>What else its manifest says that bears on the numbers; null: not recorded.</summary>
    public EvaluatedManifest? Manifest { get; init; }
}

/// <param name="ScoreThreshold">Every detection scores above this, 0..1.</param>
/// <param name="MaxDetections">Most detections of an image.</param>
/// <param name="MaxInputSidePixels">Longest side of an input image.</param>
/// <param name="Opset">ONNX operator set.</param>
/// <param name="Created">When it was exported.</param>
/// <param name="Tool">Name and version of the program that exported it.</param>
public sealed record EvaluatedManifest(
    double ScoreThreshold, int MaxDetections, int MaxInputSidePixels, int Opset, DateTimeOffset Created, string Tool)
{
    /// <summary>Of a manifest.</summary>
    public static EvaluatedManifest Of(ModelManifest manifest) => new(
        ScoreThreshold: manifest.ScoreThreshold,
        MaxDetections: manifest.MaxDetections,
        MaxInputSidePixels: manifest.MaxInputSidePixels,
        Opset: manifest.Opset,
        Created: manifest.Created,
        Tool: manifest.Tool);
}

/// <param name="Path">As the user named it.</param>
/// <param name="Format">Of the data: kitti, coco, voc, yolo.</param>
/// <param name="Split">The list, as the user named it; null: all images.</param>
/// <param name="LabelsSha256">Digest of the ids of all images and of their labels.</param>
public sealed record EvaluatedData(string Path, string Format, string? Split, string LabelsSha256);

/// <summary>Time of one stage, in milliseconds.</summary>
/// <param name="Stage"><c>decode</c>, <c>input</c>, <c>inference</c>, <c>output</c>.</param>
/// <param name="Of">What is timed: <c>image</c> or <c>batch</c>.</param>
/// <param name="Count">How many were timed.</param>
/// <param name="MeanMs">Mean.</param>
/// <param name="P50Ms">Median.</param>
/// <param name="P90Ms">90th percentile.</param>
/// <param name="P95Ms">95th percentile.</param>
/// <param name="P99Ms">99th percentile.</param>
/// <param name="MaxMs">Longest.</param>
public sealed record StageLatency(
    string Stage, string Of, int Count, double MeanMs, double P50Ms, double P90Ms, double P95Ms, double P99Ms, double MaxMs);
