using System.ComponentModel.DataAnnotations;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Configuration;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection;

/// <summary>One training of a detector.</summary>
public sealed record FinetuneOptions : IRelatedOptions
{
    /// <summary>Frames in KITTI's layout.</summary>
    [Required] public required string Data { get; init; }

    /// <summary>Folder for checkpoints and metrics; it must not exist.</summary>
    [Required] public required string Output { get; init; }

    /// <summary>List of the frames to learn from; when null, those that are not measured on, and without any list a seeded 80 %.</summary>
    public string? TrainList { get; init; }

    /// <summary>List of the frames to measure on; the rest when null.</summary>
    public string? TestList { get; init; }

    /// <summary>List of the frames that choose the best epoch and end the run early; the test list when null.</summary>
    public string? ValidationList { get; init; }

    /// <summary>Epochs without a better one after which the run ends; null: it makes all its steps.</summary>
    [Range(1, 10_000)] public int? Patience { get; init; }

    /// <summary>
    /// Whether the run goes on where images to measure on are among those that its first weights have learnt from; every report then says so.
    /// </summary>
    public bool AllowLeak { get; init; }

    /// <summary>Whether frames may be both learnt from and measured on: what it measures is then memory.</summary>
    public bool AllowOverlappingSplit { get; init; }

    /// <summary>The classes.</summary>
    [Length(1, 100_000)] public IReadOnlyList<string> Labels { get; init; } = KittiClasses.Default;

    /// <summary>Types that become another class, as <c>Person_sitting</c> to <c>Pedestrian</c>.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>Weights for the backbone to begin with, as <c>pretrain</c> writes them; random ones when null.</summary>
    public string? BackboneWeights { get; init; }

    /// <summary>
    /// A detector to begin from: our own checkpoint, or torchvision's Faster R-CNN that learnt COCO. Classes of the same name keep their
    /// rows. Null: random heads.
    /// </summary>
    public string? Weights { get; init; }

    /// <summary>Whether norms may be frozen where no weights are given: a network without normalisation, as the paper authors' baseline seems to have been.</summary>
    public bool FrozenNormsWithoutWeights { get; init; }

    /// <summary>The detector; its number of classes follows from the labels.</summary>
    public DetectorOptions Detector { get; init; } = new();

    /// <summary>Passes over the frames.</summary>
    [Range(1, 10_000)] public int Epochs { get; init; } = 20;

    /// <summary>Steps of the run in place of epochs; batches then run over the ends of epochs, and milestones are counted in steps. Null: epochs.</summary>
    [Range(1, 10_000_000)] public int? Iterations { get; init; }

    /// <summary>Images of a step.</summary>
    [Range(1, 256)] public int BatchSize { get; init; } = 2;

    /// <summary>Parts in which a batch is computed before its one step: less memory. Each part's losses have their own divisors.</summary>
    [Range(1, 256)] public int MicroBatches { get; init; } = 1;

    /// <summary>SGD's learning rate after the warm-up.</summary>
    [Range(1e-8, 10)] public double LearningRate { get; init; } = 0.0025;

    /// <summary>SGD's momentum.</summary>
    [Range(0, 0.9999)] public double Momentum { get; init; } = 0.9;

    /// <summary>SGD's weight decay.</summary>
    [Range(0, 1)] public double WeightDecay { get; init; } = 1e-4;

    /// <summary>Iterations of the linear warm-up.</summary>
    [Range(0, 1_000_000)] public int WarmupIterations { get; init; } = 100;

    /// <summary>Share of the rate that the warm-up begins with.</summary>
    [Range(1e-6, 1)] public double WarmupFactor { get; init; } = 0.001;

    /// <summary>Factor of the rate at each milestone.</summary>
    [Range(1e-6, 1)] public double Gamma { get; init; } = 0.1;

    /// <summary>SGD's weight decay on batch norms that learn; null: as all.</summary>
    [Range(0, 1)] public double? NormWeightDecay { get; init; }

    /// <summary>Leave frames without an object of the classes out of the training.</summary>
    public bool SkipEmptyFrames { get; init; }

    /// <summary>Whether nothing in a DontCare region counts as background.</summary>
    public bool IgnoreDontCare { get; init; }

    /// <summary>Shorter sides in pixels to choose from for each image; empty: the detector's.</summary>
    [Length(0, 1000), Elements(1, 16_384)] public IReadOnlyList<int> MinSizesPixels { get; init; } = [];

    /// <summary>Epochs, from 0, at whose beginning the rate is multiplied by <see cref="Gamma"/>; steps when <see cref="Iterations"/> is given.</summary>
    [Length(0, 1000), Elements(0, 10_000_000)] public IReadOnlyList<int> Milestones { get; init; } = [12, 16];

    /// <summary>Mirror every second image.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>The gradient's norm is cut to this; 0 leaves it.</summary>
    [Range(0, 1e6)] public double ClipGradientNorm { get; init; }

    /// <summary>Measure mAP after every so many epochs, and after the last.</summary>
    [Range(1, 10_000)] public int EvaluateEveryEpochs { get; init; } = 1;

    /// <summary>A checkpoint to go on from after every so many steps, besides the one after every epoch; 0: none.</summary>
    [Range(0, int.MaxValue)] public int CheckpointEverySteps { get; init; } = 500;

    /// <summary>A line of losses after every so many steps.</summary>
    [Range(1, 1_000_000)] public int LogEverySteps { get; init; } = 20;

    /// <summary>Batches in the making at once.</summary>
    [Range(1, 256)] public int Workers { get; init; } = Math.Clamp(Environment.ProcessorCount, 1, 16);

    /// <summary>Seed of weights, order, flips and samplers.</summary>
    [Range(0, int.MaxValue)] public int Seed { get; init; }

    /// <summary>Strength of a random change of brightness, contrast and saturation (factors 1 ± this); 0: none.</summary>
    [Range(0, 1)] public double ColorJitter { get; init; }

    /// <summary>Whether a batch holds only frames that are wider than high, or only others; the last batches of an epoch may mix.</summary>
    public bool GroupByAspect { get; init; }

    /// <summary>Memory for decoded images.</summary>
    [Range(0, 1e15)] public long CacheBytes { get; init; } = 2_000_000_000;

    /// <summary>The element type that the backbone's convolutions compute in.</summary>
    public ComputePrecision Precision { get; init; }

    /// <summary><c>cpu</c> or <c>cuda</c>.</summary>
    [AllowedValues("cpu", "cuda")] public string Device { get; init; } = "cpu";

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Shared.Kitti.LabelMap.Problem(Labels, LabelMap) is { } problem)
        {
            yield return new(problem.Key, problem.Reason);
        }

        if (Weights is not null && BackboneWeights is not null)
        {
            yield return new("weights", "a detector brings its backbone; leave backboneWeights out.");
        }

        if (MicroBatches > BatchSize)
        {
            yield return new("microBatches", $"{MicroBatches} parts are more than the {BatchSize} images of a batch.");
        }
    }
}

/// <summary>One epoch's numbers; the averages are null where nothing was measured.</summary>
/// <param name="Epoch">From 0.</param>
/// <param name="Loss">Mean of the sum of the four losses.</param>
/// <param name="Map">0..1</param>
/// <param name="Map50">0..1</param>
/// <param name="Seconds">Time of the epoch.</param>
public sealed record FinetuneEpoch(int Epoch, double Loss, double? Map, double? Map50, double Seconds)
{
    /// <summary>AP (IoU 0.50 to 0.95) of each class; null where nothing was measured, and for a class without objects.</summary>
    public IReadOnlyDictionary<string, double?>? PerClass { get; init; }
}

/// <summary>The numbers of a step.</summary>
/// <param name="Step">From 1.</param>
/// <param name="Loss">The sum of the four.</param>
/// <param name="LossClassifier">Of the box head's classes.</param>
/// <param name="LossBoxReg">Of the box head's deltas.</param>
/// <param name="LossObjectness">Of the proposals' objectness.</param>
/// <param name="LossRpnBoxReg">Of the proposals' deltas.</param>
/// <param name="LearningRate">Of the step.</param>
/// <param name="ImagesPerSecond">Speed.</param>
/// <param name="LossScale">The loss scaler's factor; null without one.</param>
internal sealed record FinetuneMetrics(
    long Step, double Loss, double LossClassifier, double LossBoxReg, double LossObjectness, double LossRpnBoxReg, double LearningRate, double ImagesPerSecond, double? LossScale);

/// <summary>How far a run has come.</summary>
/// <param name="Step">Steps done.</param>
/// <param name="LossSum">Over the steps of the epoch that is under way.</param>
/// <param name="Seconds">Time of these steps.</param>
/// <param name="BestMap">Best mAP so far; null before the first measurement.</param>
internal sealed record FinetunePosition(long Step, double LossSum, double Seconds, double? BestMap)
{
    /// <summary>The loss scaler's factor and good steps; null without one.</summary>
    public LossScale? LossScale { get; init; }
}

/// <param name="Scale">What the loss is multiplied with.</param>
/// <param name="GoodSteps">Steps without overflow since it changed.</param>
internal sealed record LossScale(double Scale, int GoodSteps);

/// <param name="CheckpointPath">The last checkpoint.</param>
/// <param name="Epochs">Numbers of every epoch.</param>
public sealed record FinetuneResult(string CheckpointPath, IReadOnlyList<FinetuneEpoch> Epochs);
