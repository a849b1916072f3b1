using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Microsoft.ML.OnnxRuntime;
using Pipeline.Serving.Configuration;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>
/// What determines the detections of a run. A run is resumed, and shards are merged, only where all of it is the same; the paths that
/// the user named may differ.
/// </summary>
internal sealed record EvaluationFacts
{
    /// <summary>The model.</summary>
    public required EvaluatedModel Model { get; init; }

    /// <summary>What its weights are stored as.</summary>
    public required string Precision { get; init; }

    /// <summary>Its classes, in the order of the detections' labels.</summary>
    public required IReadOnlyList<string> Labels { get; init; }

    /// <summary>Classes of the labels that become another class; null: none.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>The numbers that the labels give its classes (COCO); null where they do not have all of them.</summary>
    public IReadOnlyList<long>? CategoryIds { get; init; }

    /// <summary>Images of its training that it was measured on; null: none.</summary>
    public ImageLeak? Leak { get; init; }

    /// <summary>The images and their labels.</summary>
    public required EvaluatedData Data { get; init; }

    /// <summary>Images of all shards.</summary>
    public required int Images { get; init; }

    /// <summary>Most images in one execution.</summary>
    public required int BatchSize { get; init; }

    /// <summary>Executions of all shards.</summary>
    public required int Batches { get; init; }

    /// <summary>Digest of the images' sizes and of which are executed together.</summary>
    public required string PlanSha256 { get; init; }

    /// <summary>What executed the model.</summary>
    public required ExecutionFacts Execution { get; init; }
}

/// <summary>What executed a model.</summary>
/// <param name="Provider">ONNX Runtime's execution provider.</param>
/// <param name="Threads">Threads of one execution.</param>
/// <param name="OnnxRuntime">Its version.</param>
/// <param name="Instructions">
/// What the processor can do: ONNX Runtime chooses its kernels by it, and other kernels round the last digits in another way.
/// </param>
internal sealed record ExecutionFacts(ExecutionProvider Provider, int Threads, string OnnxRuntime, string Instructions)
{
    /// <summary>Of this machine.</summary>
    public static ExecutionFacts Here(ExecutionOptions execution) => new(
        Provider: execution.Provider,
        Threads: execution.EffectiveThreads,
        OnnxRuntime: OrtEnv.Instance().GetVersionString(),
        Instructions: $"{RuntimeInformation.ProcessArchitecture.ToString().ToLowerInvariant()}{Vectors()}");

    private static string Vectors()
    {
        if (Avx512F.IsSupported)
        {
            return Avx512Vbmi.IsSupported ? " avx512 vbmi" : " avx512";
        }

        return Avx2.IsSupported ? " avx2" : "";
    }
}
