using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Shared.ModelRepository;

/// <summary>The description beside an exported model: <c>manifest.json</c>, contract version 1.</summary>
public sealed record ModelManifest
{
    /// <summary>The contract version that this program writes and reads.</summary>
    public const int CurrentContractVersion = 1;

    /// <summary>Version of the contract: which inputs, outputs and fields the model has.</summary>
    public required int ContractVersion { get; init; }

    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <summary>Version in the repository, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Classes, in the order of the output's labels.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>
    /// Types of the training labels that were merged into a class, such as <c>Person_sitting</c> into <c>Pedestrian</c>; an evaluation
    /// merges them too.
    /// </summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Images that the model was evaluated on in training although its initial weights were trained on them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>Longest side of an input image, in pixels.</summary>
    public required int MaxInputSidePixels { get; init; }

    /// <summary>Every detection scores above this, 0..1.</summary>
    public required double ScoreThreshold { get; init; }

    /// <summary>Rows of the output: the most detections per image.</summary>
    [JsonPropertyName("topD")]
    public required int MaxDetections { get; init; }

    /// <summary>What the large weights are stored as, one of <see cref="ModelPrecision"/>.</summary>
    public required string Precision { get; init; }

    /// <summary>Whether large 3×3 convolutions are computed as Winograd's products; null: exported before there was a choice.</summary>
    public bool? Winograd { get; init; }

    /// <summary>How the int8 model was quantized; null: other precisions.</summary>
    public Quantization? Quantization { get; init; }

    /// <summary>How it compares with the detector that it was made of; null: exported without a comparison.</summary>
    public ParityTable? Parity { get; init; }

    /// <summary>ONNX operator set.</summary>
    public required int Opset { get; init; }

    /// <summary>The model's files, by name.</summary>
    public required IReadOnlyDictionary<string, FileDigest> Files { get; init; }

    /// <summary>SHA-256 of the exported checkpoint, if there was one.</summary>
    public string? CheckpointSha256 { get; init; }

    /// <summary>Options that the detector was built with.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>When it was exported.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Name and version of the program that exported the model.</summary>
    public required string Tool { get; init; }

    internal static JsonSerializerOptions Json { get; } = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Skip,
        RespectNullableAnnotations = true,
        PropertyNameCaseInsensitive = false,
        NumberHandling = JsonNumberHandling.Strict,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };
}

/// <summary>Identifies the content of a file.</summary>
/// <param name="Sha256">In lower-case hexadecimal.</param>
/// <param name="SizeBytes">Length of the file.</param>
public sealed record FileDigest(string Sha256, long SizeBytes);
