using System.ComponentModel.DataAnnotations;

namespace Pipeline.Training.Engine;

/// <summary>What the loop needs to know of every training.</summary>
public abstract record LoopOptions
{
    /// <summary>Folder for products, checkpoints and metrics; it must not exist.</summary>
    [Required, MayDifferOnResume] public required string Output { get; init; }

    /// <summary>SGD's learning rate: where it begins, or what the warm-up leads to.</summary>
    [Range(1e-8, 10)] public double LearningRate { get; init; }

    /// <summary>SGD's momentum.</summary>
    [Range(0, 0.9999)] public double Momentum { get; init; } = 0.9;

    /// <summary>SGD's weight decay.</summary>
    [Range(0, 1)] public double WeightDecay { get; init; } = 1e-4;

    /// <summary>SGD's weight decay on batch norms that learn; null: as all.</summary>
    [Range(0, 1)] public double? NormWeightDecay { get; init; }

    /// <summary>
    /// Parts in which a batch is computed before its one step: less memory. Each part has divisors and batch statistics of its own.
    /// </summary>
    [Range(1, 1024)] public int MicroBatches { get; init; } = 1;

    /// <summary>The gradient's norm is cut to this; 0 leaves it.</summary>
    [Range(0, 1e6)] public double ClipGradientNorm { get; init; }

    /// <summary>The element type that convolutions and linear layers compute in.</summary>
    public ComputePrecision Precision { get; init; }

    /// <summary>
    /// Whether CUDA may compute float32 convolutions and products in TF32, with 10 bits of mantissa in place of 23: faster, less exact.
    /// On the CPU it changes nothing.
    /// </summary>
    public bool Tf32 { get; init; }

    /// <summary>Seed of weights, order, augmentation and samplers.</summary>
    [Range(0, int.MaxValue)] public int Seed { get; init; }

    /// <summary>Steps between checkpoints, in addition to the one after every epoch; 0: none.</summary>
    [Range(0, int.MaxValue), MayDifferOnResume] public int CheckpointEverySteps { get; init; } = 500;

    /// <summary>The numbers of every so manieth step are written, those of step 0 first.</summary>
    [Range(1, 1_000_000), MayDifferOnResume] public int LogEverySteps { get; init; } = 20;

    /// <summary>Batches in the making at once.</summary>
    [Range(1, 256), MayDifferOnResume] public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    [AllowedValues("cpu", "cuda"), MayDifferOnResume] public string Device { get; init; } = ComputeDevice.Cpu;
}
