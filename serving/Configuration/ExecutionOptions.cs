using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Pipeline.Shared.Configuration;

namespace Pipeline.Serving.Configuration;

/// <summary>Where ONNX Runtime executes the models.</summary>
public enum ExecutionProvider
{
    /// <summary>The processor.</summary>
    Cpu,

    /// <summary>An NVIDIA GPU; needs a build with <c>-p:Accelerator=cuda</c>.</summary>
    Cuda,

    /// <summary>An NVIDIA GPU by TensorRT, with CUDA for what it does not support; needs a build with <c>-p:Accelerator=cuda</c>.</summary>
    [JsonStringEnumMemberName("tensorrt")] TensorRt,
}

/// <summary>How models are executed.</summary>
public sealed record ExecutionOptions : IRelatedOptions
{
    private const int LargestBatchOfGpu = 8;

    /// <summary>Where ONNX Runtime executes the models.</summary>
    public ExecutionProvider Provider { get; init; } = ExecutionProvider.Cpu;

    /// <summary>Number of the GPU, from 0.</summary>
    [Range(0, 63)] public int DeviceId { get; init; }

    /// <summary>Most memory of ONNX Runtime's arena on the GPU, in bytes; null leaves it unbounded.</summary>
    [Range(1, long.MaxValue)] public long? ArenaLimitBytes { get; init; }

    /// <summary>Whether TensorRT may compute in half precision.</summary>
    public bool Fp16 { get; init; }

    /// <summary>Executions at a time.</summary>
    [Range(1, 64)] public int Instances { get; init; } = 1;

    /// <summary>Threads of one execution; null shares the cores among the instances.</summary>
    [Range(1, 1024)] public int? Threads { get; init; }

    /// <summary>Threads of one execution, once decided.</summary>
    public int EffectiveThreads => Threads ?? Math.Max(1, Environment.ProcessorCount / Instances);

    /// <summary>
    /// Images in one execution when no other limit is chosen. One image keeps all cores busy, and a batch brings nothing there; a GPU
    /// needs several.
    /// </summary>
    internal int DefaultMaxBatchSize => Provider == ExecutionProvider.Cpu ? 1 : LargestBatchOfGpu;

    /// <inheritdoc />
    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Fp16 && Provider != ExecutionProvider.TensorRt)
        {
            yield return new OptionProblem(
                "fp16", "only the provider tensorrt can compute in half precision; choose it, or leave this out.");
        }

        if (ArenaLimitBytes is not null && Provider == ExecutionProvider.Cpu)
        {
            yield return new OptionProblem(
                "arenaLimitBytes", "the limit is for the memory of a GPU; choose the provider cuda, or leave this out.");
        }
    }
}
