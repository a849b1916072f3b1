using Pipeline.Shared.ModelRepository;

namespace Pipeline.Serving.Protocols.OpenInference;

/// <summary>Name, type and shape of a tensor; -1 stands for any length.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">The protocol's name of the type of its elements.</param>
/// <param name="Shape">Its dimensions, the batch first.</param>
internal sealed record TensorMetadata(string Name, string Datatype, IReadOnlyList<long> Shape);

/// <summary>The tensors of a detector, as its graph has them.</summary>
internal static class DetectorTensors
{
    public const string Uint8 = "UINT8";
    public const string Bytes = "BYTES";
    public const string Fp32 = "FP32";
    public const string Int64 = "INT64";

    public const string Images = "images";
    public const string Boxes = "boxes";
    public const string Scores = "scores";
    public const string Labels = "labels";
    public const string NumDetections = "num_detections";

    /// <summary>The only input: RGB pixels [N, H, W, 3]. As BYTES [N] it takes PNG or JPEG files instead, of any sizes.</summary>
    public static TensorMetadata Input { get; } = new(Images, Uint8, [-1, -1, -1, 3]);

    /// <summary>The outputs; each has a row for each of the D detections that the model can find in an image.</summary>
    public static IReadOnlyList<TensorMetadata> Outputs(ModelManifest manifest) =>
    [
        new(Boxes, Fp32, [-1, manifest.MaxDetections, 4]),
        new(Scores, Fp32, [-1, manifest.MaxDetections]),
        new(Labels, Int64, [-1, manifest.MaxDetections]),
        new(NumDetections, Int64, [-1]),
    ];
}
