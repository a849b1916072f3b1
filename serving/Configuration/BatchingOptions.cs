using System.ComponentModel.DataAnnotations;

namespace Pipeline.Serving.Configuration;

/// <summary>How images that wait become batches.</summary>
public sealed record BatchingOptions
{
    /// <summary>Images in one execution; null is 1 on a processor and 8 on a GPU.</summary>
    [Range(1, 64)] public int? MaxBatchSize { get; init; }

    /// <summary>Images in one execution, once decided.</summary>
    internal int EffectiveMaxBatchSize(ExecutionOptions execution) => MaxBatchSize ?? execution.DefaultMaxBatchSize;

    /// <summary>
    /// How long an image may wait while fuller batches of other sizes are executed before it, in milliseconds. An idle instance takes
    /// what there is at once.
    /// </summary>
    [Range(0, 60_000)] public double MaxQueueDelayMs { get; init; } = 20;

    /// <summary>Images that may wait for one version of a model and one size.</summary>
    [Range(1, 100_000)] public int MaxQueueLength { get; init; } = 64;
}
