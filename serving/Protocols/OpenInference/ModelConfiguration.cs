using Pipeline.Serving.Configuration;
using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>The configuration of a model in Triton's terms, which its tools read before they measure.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Platform">Triton's name of ONNX Runtime.</param>
/// <param name="Backend">The same.</param>
/// <param name="MaxBatchSize">Most images in one request; the dimensions leave the batch out.</param>
/// <param name="Input">What it takes.</param>
/// <param name="Output">What it returns.</param>
/// <param name="Gpu">Number of the GPU; null on a processor.</param>
/// <param name="Instances">Executions at a time.</param>
/// <param name="PreferredBatchSize">Images in one execution.</param>
/// <param name="MaxQueueDelayMicroseconds">How long an image may wait for fuller batches of other sizes.</param>
/// <param name="NewestVersions">How many versions are served, counted from the newest; 0 for all.</param>
internal sealed record ModelConfiguration(
    string Name,
    string Platform,
    string Backend,
    int MaxBatchSize,
    IReadOnlyList<TensorMetadata> Input,
    IReadOnlyList<TensorMetadata> Output,
    int? Gpu,
    int Instances,
    int PreferredBatchSize,
    long MaxQueueDelayMicroseconds,
    int NewestVersions)
{
    /// <summary>The file of a version that ONNX Runtime reads.</summary>
    public const string DefaultModelFilename = "model.onnx";

    /// <summary>Describes how a model is served.</summary>
    public static ModelConfiguration Of(ModelManifest manifest, ServiceOptions options) => new(
        Name: manifest.Name,
        Platform: "onnxruntime_onnx",
        Backend: "onnxruntime",
        MaxBatchSize: options.Limits.MaxImages,
        Input: [WithoutBatch(DetectorTensors.Input)],
        Output: [.. DetectorTensors.Outputs(manifest).Select(WithoutBatch)],
        Gpu: options.Execution.Provider == ExecutionProvider.Cpu ? null : options.Execution.DeviceId,
        Instances: options.Execution.Instances,
        PreferredBatchSize: options.Batching.EffectiveMaxBatchSize(options.Execution),
        MaxQueueDelayMicroseconds: (long)(options.Batching.MaxQueueDelayMs * 1_000),
        NewestVersions: options.Repository.NewestVersions);

    private static TensorMetadata WithoutBatch(TensorMetadata tensor) => tensor with { Shape = [.. tensor.Shape.Skip(1)] };
}
