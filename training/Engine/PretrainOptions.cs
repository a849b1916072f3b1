using System.ComponentModel.DataAnnotations;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;

namespace Pipeline.Training.Engine;

/// <summary>One contrastive training.</summary>
public sealed record PretrainOptions
{
    /// <summary>Folder of unlabelled images, at any depth.</summary>
    public required string Images { get; init; }

    /// <summary>Folder for the backbone, checkpoints and metrics; it must not exist.</summary>
    public required string Output { get; init; }

    /// <summary>Weights to begin with, a backbone's <c>.safetensors</c>; random ones when null.</summary>
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

    /// <summary>SGD's learning rate at the beginning.</summary>
    [Range(1e-8, 10)] public double LearningRate { get; init; } = 0.003;

    /// <summary>SGD's momentum.</summary>
    [Range(0, 0.9999)] public double Momentum { get; init; } = 0.9;

    /// <summary>SGD's weight decay, on all parameters.</summary>
    [Range(0, 1)] public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Seed of weights, queue, order and views.</summary>
    public int Seed { get; init; }

    /// <summary>Batches in the making at once.</summary>
    [Range(1, 256)] public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    public string Device { get; init; } = "cpu";
}

/// <summary>One epoch's numbers.</summary>
/// <param name="Epoch">From 1.</param>
/// <param name="Loss">Mean of what was minimised.</param>
/// <param name="Top1">Share of the queries whose positive scored highest, 0..1.</param>
/// <param name="FeatureStd">Standard deviation of the unit vectors' elements over the last batch; near 0 the features have collapsed.</param>
/// <param name="LearningRate">Of the epoch.</param>
/// <param name="Seconds">Time of the epoch.</param>
public sealed record PretrainEpoch(int Epoch, double Loss, double Top1, double FeatureStd, double LearningRate, double Seconds);

/// <param name="BackbonePath">The trained backbone.</param>
/// <param name="Epochs">Numbers of every epoch.</param>
public sealed record PretrainResult(string BackbonePath, IReadOnlyList<PretrainEpoch> Epochs);
