using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Pipeline.Shared.ModelRepository;

/// <summary>What stands beside an exported model: <c>manifest.json</c>, contract version 1.</summary>
public sealed record ModelManifest
{
    /// <summary>The contract that this program writes and reads.</summary>
    public const int CurrentContractVersion = 1;

    /// <summary>Which inputs, outputs and fields there are.</summary>
    public required int ContractVersion { get; init; }

    /// <summary>Name in the repository.</summary>
    public required string Name { get; init; }

    /// <summary>Version in the repository, from 1.</summary>
    public required int Version { get; init; }

    /// <summary>Classes, in the order of the output's labels.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Types of the training labels that became another class, as <c>Person_sitting</c> to <c>Pedestrian</c>; who measures does the same.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Images that it was measured on in training although the first weights had learnt from them; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>Longest side of an input image, in pixels.</summary>
    public required int MaxInputSidePixels { get; init; }

    /// <summary>Detections score above this.</summary>
    public required double ScoreThreshold { get; init; }

    /// <summary>Rows of the output.</summary>
    public required int TopD { get; init; }

    /// <summary><c>fp32</c></summary>
    public required string Precision { get; init; }

    /// <summary>ONNX operator set.</summary>
    public required int Opset { get; init; }

    /// <summary>The files by name.</summary>
    public required IReadOnlyDictionary<string, FileDigest> Files { get; init; }

    /// <summary>SHA-256 of the checkpoint, when there was one.</summary>
    public string? CheckpointSha256 { get; init; }

    /// <summary>What the detector was built from.</summary>
    public JsonElement? Training { get; init; }

    /// <summary>When it was exported.</summary>
    public required DateTimeOffset Created { get; init; }

    /// <summary>Program and version that exported it.</summary>
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

/// <param name="Sha256">In lower-case hexadecimal.</param>
/// <param name="SizeBytes">Length of the file.</param>
public sealed record FileDigest(string Sha256, long SizeBytes);
