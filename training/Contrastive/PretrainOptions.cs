using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Contrastive;

/// <summary>One contrastive training.</summary>
public sealed record PretrainOptions : LoopOptions, IRelatedOptions, ILayeredOptions
{
    /// <summary>The defaults, as the paper's retraining has them.</summary>
    public PretrainOptions() => LearningRate = 0.003;

    /// <summary>Folder of unlabelled images, at any depth, or a text file with one path a line.</summary>
    [Required, MayDifferOnResume] public required string Images { get; init; }

    /// <summary>What a list's paths are relative to; its own folder when null.</summary>
    [MayDifferOnResume] public string? ImagesRoot { get; init; }

    /// <summary>
    /// Initial weights, a <c>.safetensors</c> file: a backbone's, or both encoders' with their heads
    /// (<c>import --as contrastive</c>); or <c>imagenet</c>, which come with the program; random ones when <c>none</c> or null. The queue
    /// begins random.
    /// </summary>
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

    /// <summary>Unreadable images that may be skipped; one more ends the run.</summary>
    [Range(0, int.MaxValue), MayDifferOnResume] public int MaxSkippedImages { get; init; }

    /// <summary>The backbone is kept under a name of its own after every so many epochs; 0: only the last.</summary>
    [Range(0, 100_000), MayDifferOnResume] public int KeepBackboneEveryEpochs { get; init; }

    /// <summary>The backbone with nothing left open.</summary>
    internal ResNetOptions Network => Backbone with { Blocks = ImageNetWeights.BlocksFor(Weights, Backbone) };

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Contrastive.QueueSize < BatchSize)
        {
            yield return new(
                "contrastive.queueSize",
                $"{Contrastive.QueueSize} keys are fewer than a batch of {BatchSize}; make the queue longer.");
        }

        if (MicroBatches > BatchSize)
        {
            yield return new("microBatches", $"{MicroBatches} parts are more than the {BatchSize} images of a batch.");
        }
    }
}
