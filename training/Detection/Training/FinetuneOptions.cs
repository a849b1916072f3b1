using System.ComponentModel.DataAnnotations;
using System.Text.Json.Nodes;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;

namespace Pipeline.Training.Detection.Training;

/// <summary>One training of a detector.</summary>
public sealed record FinetuneOptions : LoopOptions, IRelatedOptions, ILayeredOptions
{
    internal const int DefaultEpochs = 20;

    /// <summary>The defaults, as torchvision's recipe for one device has them.</summary>
    public FinetuneOptions() => LearningRate = 0.0025;

    /// <summary>Labelled images: a file or folder of a format that is read.</summary>
    [Required, MayDifferOnResume] public required string Data { get; init; }

    /// <summary>Format of the data: <c>auto</c>, <c>kitti</c>, <c>coco</c>, <c>voc</c> or <c>yolo</c>.</summary>
    [AllowedValues("auto", "kitti", "coco", "voc", "yolo"), MayDifferOnResume] public string Format { get; init; } = DatasetFormats.Auto;

    /// <summary>
    /// List of the training images; when null, those that are not measured on; without any list the data set's own, or a seeded 80 %.
    /// </summary>
    [MayDifferOnResume] public string? TrainList { get; init; }

    /// <summary>List of the images to measure on; the rest when null.</summary>
    [MayDifferOnResume] public string? TestList { get; init; }

    /// <summary>List of the images that choose the best epoch and end the run early; the test list when null.</summary>
    [MayDifferOnResume] public string? ValidationList { get; init; }

    /// <summary>Epochs without a better one after which the run ends; null: it makes all its steps.</summary>
    [Range(1, 10_000)] public int? Patience { get; init; }

    /// <summary>
    /// Whether the run may use images to measure on that its initial weights have learned from; every report then
    /// says so.
    /// </summary>
    public bool AllowLeak { get; init; }

    /// <summary>Whether images may be both trained on and measured on: what it measures is then memory.</summary>
    public bool AllowOverlappingSplit { get; init; }

    /// <summary>The classes; empty: those of the data set.</summary>
    [Length(0, 100_000)] public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>Classes of the labels that become another, as <c>Person_sitting</c> to <c>Pedestrian</c>.</summary>
    public IReadOnlyDictionary<string, string>? LabelMap { get; init; }

    /// <summary>
    /// Initial weights of the backbone: a file that <c>pretrain</c> or <c>import</c> wrote, or <c>imagenet</c>, which come with the
    /// program; random ones when <c>none</c> or null.
    /// </summary>
    [MayDifferOnResume] public string? BackboneWeights { get; init; }

    /// <summary>
    /// A detector to start from: our own checkpoint, or torchvision's Faster R-CNN trained on COCO. Classes of the same name keep their
    /// rows. Null or <c>none</c>: random heads.
    /// </summary>
    [MayDifferOnResume] public string? Weights { get; init; }

    /// <summary>
    /// Whether norms may be frozen where no weights are given: a network without normalization, as the paper authors' baseline seems
    /// to have been.
    /// </summary>
    public bool FrozenNormsWithoutWeights { get; init; }

    /// <summary>The detector; its number of classes follows from the labels.</summary>
    public DetectorOptions Detector { get; init; } = new();

    /// <summary>Passes over the images.</summary>
    [Range(1, 10_000)] public int Epochs { get; init; } = DefaultEpochs;

    /// <summary>
    /// Steps of the run in place of epochs; batches then run over the ends of epochs, and milestones are counted in steps. Null: epochs.
    /// Where several layers give a length, in either unit, the last one counts.
    /// </summary>
    [Range(1, 10_000_000)] public int? Iterations { get; init; }

    /// <summary>Images of a step.</summary>
    [Range(1, 256)] public int BatchSize { get; init; } = 2;

    /// <summary>
    /// Steps of the linear warm-up; null: torchvision's rule, the first epoch without its last step, and at most 1,000 steps.
    /// </summary>
    [Range(0, 1_000_000)] public int? WarmupIterations { get; init; } = 100;

    /// <summary>
    /// The length that the warm-up was written for; null: this run's. One written for another length is scaled to this run,
    /// and is at most a tenth of it.
    /// </summary>
    public RunLength? WarmupFor { get; init; }

    /// <summary>Fraction of the rate at which the warm-up starts.</summary>
    [Range(1e-6, 1)] public double WarmupFactor { get; init; } = 0.001;

    /// <summary>Factor of the rate at each milestone.</summary>
    [Range(1e-6, 1)] public double Gamma { get; init; } = 0.1;

    /// <summary>Leave images without an object of the classes out of the training.</summary>
    public bool SkipEmptyFrames { get; init; }

    /// <summary>Whether nothing in a region to ignore (DontCare, a crowd, a difficult object) counts as background.</summary>
    public bool IgnoreDontCare { get; init; }

    /// <summary>Shorter sides in pixels to choose from for each image; empty: the detector's.</summary>
    [Length(0, 1000), Elements(1, 16_384)] public IReadOnlyList<int> MinSizesPixels { get; init; } = [];

    /// <summary>
    /// The rate is multiplied by <see cref="Gamma"/> after so many epochs; after so many steps when <see cref="Iterations"/> is given.
    /// </summary>
    [Length(0, 1000), Elements(0, 10_000_000)] public IReadOnlyList<int> Milestones { get; init; } = [];

    /// <summary>The length that the milestones were written for, in their unit; null: this run's. They are scaled to this run.</summary>
    public RunLength? MilestonesFor { get; init; }

    /// <summary>
    /// Share of the averaged weights that a step keeps, as 0.9998; the averages are then what is measured and exported. Null: none.
    /// </summary>
    [Range(0, 0.999999)] public double? Ema { get; init; }

    /// <summary>Mirror every second image.</summary>
    public bool HorizontalFlip { get; init; } = true;

    /// <summary>Measure mAP after every so many epochs, and after the last.</summary>
    [Range(1, 10_000)] public int EvaluateEveryEpochs { get; init; } = 1;

    /// <summary>Strength of a random change of brightness, contrast and saturation (factors 1 ± this); 0: none.</summary>
    [Range(0, 1)] public double ColorJitter { get; init; }

    /// <summary>
    /// Batches hold images of about one aspect: bounds of width over height from 1/2 to 2, so many to every doubling;
    /// an epoch is then as many full batches as the images fill (torchvision's <c>group_by_aspect_ratio.py</c>). 0: any frames.
    /// </summary>
    [Range(0, 100)] public int AspectRatioGroupFactor { get; init; }

    /// <summary>Memory for decoded images.</summary>
    [Range(0, 1e15), MayDifferOnResume] public long CacheBytes { get; init; } = 2_000_000_000;

    /// <summary>The run's length, in the unit that it was given in.</summary>
    internal RunLength Length => Iterations is null ? new RunLength { Epochs = Epochs } : new RunLength { Iterations = Iterations };

    /// <summary>Whether the training starts from trained weights.</summary>
    internal bool BeginsFromWeights => WeightChoice.IsGiven(BackboneWeights) || WeightChoice.IsGiven(Weights);

    static void ILayeredOptions.Settle(JsonObject settings, SettingHistory history)
    {
        RunLengthLayers.Settle(settings, history);
        FirstWeightLayers.Settle(settings, history);
    }

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (Labels.Count > 0 && Shared.Datasets.LabelMap.Problem(Labels, LabelMap) is { } problem)
        {
            yield return new(problem.Key, problem.Reason);
        }

        if (Weights == WeightChoice.ImageNet)
        {
            yield return new("weights", "imagenet is a backbone's weights, not a detector's; name them in backboneWeights.");
        }

        if (WeightChoice.IsGiven(Weights) && WeightChoice.IsGiven(BackboneWeights))
        {
            yield return new("weights", "a detector contains its backbone; omit backboneWeights.");
        }

        if (MicroBatches > BatchSize)
        {
            yield return new("microBatches", $"{MicroBatches} parts are more than the {BatchSize} images of a batch.");
        }

        var length = MilestonesFor ?? Length;
        if (Milestones.Count > 0 && Milestones.Max() >= length.Count)
        {
            yield return new(
                "milestones",
                $"{Milestones.Max()} is at or after the end of {length}, the length that they are for; give smaller ones, or none.");
        }
    }
}
