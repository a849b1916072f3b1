using System.ComponentModel.DataAnnotations;

namespace Pipeline.Training.Contrastive;

/// <summary>When the key encoder moves.</summary>
public enum MomentumUpdate
{
    /// <summary>After the optimiser's step (InfoMin, PyContrast).</summary>
    AfterStep,

    /// <summary>Before the keys are computed (MoCo's own code).</summary>
    BeforeKeys,
}

/// <summary>The contrastive method; the defaults are InfoMin's without its jigsaw branch.</summary>
public sealed record ContrastiveOptions
{
    /// <summary>Divides the similarities.</summary>
    [Range(0.001, 10)] public double Temperature { get; init; } = 0.15;

    /// <summary>Keys in the queue.</summary>
    [Range(1, 10_000_000)] public int QueueSize { get; init; } = 65536;

    /// <summary>Share of the key encoder that a step keeps.</summary>
    [Range(0, 1)] public double Momentum { get; init; } = 0.999;

    /// <summary>Length of the unit vectors.</summary>
    [Range(1, 8192)] public int Dimension { get; init; } = 128;

    /// <summary>When the key encoder moves.</summary>
    public MomentumUpdate MomentumUpdate { get; init; } = MomentumUpdate.AfterStep;

    /// <summary>
    /// Parts of the shuffled key batch that have batch statistics of their own. 1 is the authors' single device: query and key then
    /// share a batch's statistics, by which a small network finds the positive without looking at it. More parts do what MoCo's
    /// shuffling does between devices; each has at least two images.
    /// </summary>
    [Range(1, 64)] public int KeySubBatches { get; init; } = 1;

    /// <summary>Whether shuffled patches are a second query.</summary>
    public bool Jigsaw { get; init; }

    /// <summary>Share β of the jigsaw's loss: (1−β)·plain + β·jigsaw.</summary>
    [Range(0, 1)] public double JigsawWeight { get; init; } = 0.5;
}
