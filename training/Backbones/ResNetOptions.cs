using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Configuration;

namespace Pipeline.Training.Backbones;

/// <summary>What the batch norms of the backbone do.</summary>
public enum BatchNormMode
{
    /// <summary>Constants: statistics and affine terms never change (torchvision's <c>FrozenBatchNorm2d</c>).</summary>
    Frozen,

    /// <summary>Live: batch statistics in training, running ones in evaluation.</summary>
    Train,

    /// <summary>Affine terms train, but the running statistics are used and never change.</summary>
    Eval,
}

/// <summary>Shape of a residual backbone.</summary>
public sealed record ResNetOptions
{
    private const int StageCount = 4;
    private const int MostBlocks = 100;

    /// <summary><c>resnet18</c>, <c>resnet34</c>, <c>resnet50</c> or <c>resnet101</c>.</summary>
    [AllowedValues("resnet18", "resnet34", "resnet50", "resnet101")] public string Architecture { get; init; } = "resnet50";

    /// <summary>Residual blocks of each of the four stages, as <c>[2, 2, 2, 3]</c>; null: the architecture's.</summary>
    [Length(StageCount, StageCount), Elements(1, MostBlocks)] public IReadOnlyList<int>? Blocks { get; init; }

    /// <summary>Scales every channel count; 1 is the published network.</summary>
    [Range(0.01, 8)] public double WidthMultiplier { get; init; } = 1;

    /// <summary>What the batch norms do; null: in a detector's training frozen when it starts from weights, otherwise live.</summary>
    public BatchNormMode? BatchNorm { get; init; } = BatchNormMode.Frozen;

    /// <summary>Added to the variance in every norm.</summary>
    [Range(0, 1.0)] public double NormEpsilon { get; init; } = 1e-5;

    /// <summary>Weight of a batch in the running statistics.</summary>
    [Range(0, 1.0)] public double NormMomentum { get; init; } = 0.1;

    /// <summary>
    /// How many of the five stages train, counted from the output: layer4, layer3, layer2, layer1, conv1
    /// (torchvision's <c>trainable_backbone_layers</c>); null: in a detector's training three when it starts from weights, otherwise all.
    /// </summary>
    [Range(0, 5)] public int? TrainableStages { get; init; } = 5;

    internal bool IsBottleneck => Architecture is "resnet50" or "resnet101";

    internal int Expansion => IsBottleneck ? 4 : 1;

    internal IReadOnlyList<int> BlocksPerLayer => Blocks ?? ArchitectureBlocks;

    private int[] ArchitectureBlocks => Architecture switch
    {
        "resnet18" => [2, 2, 2, 2],
        "resnet34" or "resnet50" => [3, 4, 6, 3],
        "resnet101" => [3, 4, 23, 3],
        _ => throw new Pipeline.Shared.UserErrorException(
            $"backbone architecture '{Architecture}' is not known; choose resnet18, resnet34, resnet50 or resnet101."),
    };

    internal int Width(int channels) => Math.Max(4, (int)Math.Round(channels * WidthMultiplier));
}
