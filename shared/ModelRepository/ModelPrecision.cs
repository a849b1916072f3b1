namespace Pipeline.Shared.ModelRepository;

/// <summary>What a model's large weights are stored as, by the names of manifests and commands.</summary>
public static class ModelPrecision
{
    /// <summary>float32</summary>
    public const string Fp32 = "fp32";

    /// <summary>float16: half the size; inputs and outputs stay as they are.</summary>
    public const string Fp16 = "fp16";

    /// <summary>Weights int8 and activations uint8, with a scale for each channel of weights and each activation.</summary>
    public const string Int8 = "int8";

    /// <summary>Every precision, the most exact first.</summary>
    public static IReadOnlyList<string> All { get; } = [Fp32, Fp16, Int8];
}
