using System.ComponentModel.DataAnnotations;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Configuration;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Contrastive;

/// <summary>One contrastive training.</summary>
public sealed record PretrainOptions : IRelatedOptions
{
    /// <summary>Folder of unlabelled images, at any depth, or a text file with one path a line.</summary>
    [Required] public required string Images { get; init; }

    /// <summary>What a list's paths are relative to; its own folder when null.</summary>
    public string? ImagesRoot { get; init; }

    /// <summary>Folder for the backbone, checkpoints and metrics; it must not exist.</summary>
    [Required] public required string Output { get; init; }

    /// <summary>Weights to begin with, a <c>.safetensors</c> file: a backbone's, or both encoders' with their heads (<c>import --as contrastive</c>); random ones when null. The queue begins random.</summary>
    public string? Weights { get; init; }

    /// <summary>The backbone.</summary>
    public ResNetOptions Backbone { get; init; } = new() { BatchNorm = BatchNormMode.Train };

    /// <summary>The method.</summary>
    public ContrastiveOptions Contrastive { get; init; } = new();

    /// <summary>The views.</summary>
    public ViewOptions Views { get; init; } = new();

    /// <summary>The patches of the jigsaw branch.</summary>
    public JigsawOptions Patches { get; init; } = new();

    /// <summary>Passes over the images.</summary>
    [Range(1, 100_000)] public int Epochs { get; init; } = 100;

    /// <summary>Images of a step.</summary>
    [Range(2, 4096)] public int BatchSize { get; init; } = 32;

    /// <summary>Leave out an epoch's last batch when it is not full.</summary>
    public bool DropLastBatch { get; init; } = true;

    /// <summary>SGD's learning rate at the beginning.</summary>
    [Range(1e-8, 10)] public double LearningRate { get; init; } = 0.003;

    /// <summary>SGD's momentum.</summary>
    [Range(0, 0.9999)] public double Momentum { get; init; } = 0.9;

    /// <summary>SGD's weight decay, on all parameters.</summary>
    [Range(0, 1)] public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Seed of weights, queue, order and views.</summary>
    [Range(0, int.MaxValue)] public int Seed { get; init; }

    /// <summary>Batches in the making at once.</summary>
    [Range(1, 256)] public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Images that may be left out because they cannot be read; one more ends the run.</summary>
    [Range(0, int.MaxValue)] public int MaxSkippedImages { get; init; }

    /// <summary>A checkpoint after every so many steps, besides the one after every epoch; 0: none.</summary>
    [Range(0, int.MaxValue)] public int CheckpointEverySteps { get; init; } = 1000;

    /// <summary>The backbone is kept under a name of its own after every so many epochs; 0: only the last.</summary>
    [Range(0, 100_000)] public int KeepBackboneEveryEpochs { get; init; }

    /// <summary>A line of metrics after every so many steps.</summary>
    [Range(1, 1_000_000)] public int LogEverySteps { get; init; } = 20;

    /// <summary>The element type that convolutions and linear layers compute in; Float16 is not offered here.</summary>
    [AllowedValues(ComputePrecision.Float32, ComputePrecision.BFloat16)] public ComputePrecision Precision { get; init; }

    /// <summary>
    /// Whether CUDA may compute float32 convolutions and products in TF32, with 10 bits of mantissa in place of 23: faster, less exact.
    /// On the CPU it changes nothing.
    /// </summary>
    public bool Tf32 { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    [AllowedValues("cpu", "cuda")] public string Device { get; init; } = "cpu";

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Contrastive.QueueSize < BatchSize)
        {
            yield return new(
                "contrastive.queueSize",
                $"{Contrastive.QueueSize} keys are fewer than a batch of {BatchSize}; make the queue longer.");
        }

        if (Contrastive.MicroBatches > BatchSize)
        {
            yield return new(
                "contrastive.microBatches",
                $"{Contrastive.MicroBatches} parts are more than the {BatchSize} images of a batch.");
        }
    }
}

/// <summary>How far a run has come.</summary>
internal sealed record PretrainPosition
{
    /// <summary>The epoch that is under way, from 1.</summary>
    public int Epoch { get; init; } = 1;

    /// <summary>Batches of it that are done.</summary>
    public int Batch { get; init; }

    /// <summary>Sums over its steps.</summary>
    public PretrainSums Sums { get; init; }
}

/// <summary>Sums over the steps of an epoch.</summary>
/// <param name="Steps">Steps that were made.</param>
/// <param name="Images">Images in them.</param>
/// <param name="Loss">Of what was minimised.</param>
/// <param name="JigsawLoss">Of the jigsaw branch.</param>
/// <param name="Top1">Of the shares of queries whose positive scored highest.</param>
/// <param name="FeatureStd">Of the last step.</param>
/// <param name="Seconds">Time that they took.</param>
internal readonly record struct PretrainSums(int Steps, long Images, double Loss, double JigsawLoss, double Top1, double FeatureStd, double Seconds);

/// <summary>The numbers of a step or, as means, of an epoch.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Step">Steps done, over the whole run.</param>
/// <param name="Loss">What was minimised.</param>
/// <param name="JigsawLoss">InfoNCE of the jigsaw branch; null without it.</param>
/// <param name="Top1">Share of the queries whose positive scored highest, 0..1.</param>
/// <param name="FeatureStd">Standard deviation of the unit vectors' elements over the last batch; near 0 the features have collapsed.</param>
/// <param name="QueueAgeSteps">Steps since the queue's oldest key was computed.</param>
/// <param name="LearningRate">Of the epoch.</param>
/// <param name="ImagesPerSecond">Speed.</param>
/// <param name="Seconds">Time since the run began or went on, or of the epoch.</param>
public sealed record PretrainMetrics(
    int Epoch, long Step, double Loss, double? JigsawLoss, double Top1, double FeatureStd, double QueueAgeSteps, double LearningRate, double ImagesPerSecond, double Seconds);

/// <param name="BackbonePath">The trained backbone.</param>
/// <param name="Epochs">Numbers of every epoch.</param>
/// <param name="SkippedImages">Images that could not be read.</param>
public sealed record PretrainResult(string BackbonePath, IReadOnlyList<PretrainMetrics> Epochs, int SkippedImages);
