using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Training.Backbones;

namespace Pipeline.Training.Detection;

/// <summary>How an image gets the size that the network sees.</summary>
public enum ImageResize
{
    /// <summary>After normalising, two taps without antialiasing; sides rounded down (torchvision).</summary>
    BilinearTensor,

    /// <summary>As 8-bit pixels with Pillow's antialiased filter; sides rounded half up (detectron2).</summary>
    AntialiasedBytes,
}

/// <summary>How the weights outside the backbone are initialized.</summary>
public enum HeadInitialization
{
    /// <summary>PyTorch's own for linear layers (torchvision).</summary>
    Framework,

    /// <summary>
    /// Normal 0.01 for class scores, 0.001 for boxes, uniform of variance 1/fan_in for the box head; biases 0 (detectron2).
    /// </summary>
    Detectron2,
}

/// <summary>Every number of a Faster R-CNN with FPN; the defaults are torchvision's <c>fasterrcnn_resnet50_fpn</c>.</summary>
public sealed record DetectorOptions : IRelatedOptions
{
    /// <summary>The pyramid's levels: one for each of the backbone's last four stages, and one above them.</summary>
    private const int Levels = 5;

    /// <summary>Classes with the background, which is class 0.</summary>
    [Range(2, 100_000)] public int NumClasses { get; init; } = KittiClasses.Default.Count + 1;

    /// <summary>The residual backbone.</summary>
    public ResNetOptions Backbone { get; init; } = new();

    /// <summary>Channels of every pyramid level.</summary>
    [Range(1, 8192)] public int FpnChannels { get; init; } = 256;

    /// <summary>Width of the two fully connected layers of the box head.</summary>
    [Range(1, 65_536)] public int BoxHeadChannels { get; init; } = 1024;

    /// <summary>Shorter side after resizing, in pixels.</summary>
    [Range(1, 16_384)] public int MinSizePixels { get; init; } = 800;

    /// <summary>Upper limit of the longer side after resizing, in pixels.</summary>
    [Range(1, 16_384)] public int MaxSizePixels { get; init; } = 1333;

    /// <summary>How an image gets that size.</summary>
    public ImageResize Resize { get; init; } = ImageResize.BilinearTensor;

    /// <summary>
    /// Whether the network gets blue, green, red with statistics of red, green, blue: the slip of the paper's authors, to imitate it.
    /// </summary>
    public bool SwapRedAndBlue { get; init; }

    /// <summary>Mean of each channel (R, G, B) of an image in 0..1.</summary>
    [Length(3, 3), Elements(-10, 10)] public IReadOnlyList<double> ImageMean { get; init; } = [0.485, 0.456, 0.406];

    /// <summary>Standard deviation of each channel (R, G, B) of an image in 0..1.</summary>
    [Length(3, 3), Elements(1e-6, 1000)] public IReadOnlyList<double> ImageStd { get; init; } = [0.229, 0.224, 0.225];

    /// <summary>Anchor sides in pixels, one list a pyramid level.</summary>
    [Length(Levels, Levels), Elements(1, 16_384)]
    public IReadOnlyList<IReadOnlyList<int>> AnchorSizes { get; init; } = [[32], [64], [128], [256], [512]];

    /// <summary>Height over width of the anchors, the same on every level.</summary>
    [Length(1, 100), Elements(0.01, 100)] public IReadOnlyList<double> AspectRatios { get; init; } = [0.5, 1.0, 2.0];

    /// <summary>Whether anchors have whole corners.</summary>
    public bool AnchorsRounded { get; init; } = true;

    /// <summary>Pixels between the cells of each level; null: the batch's side divided by the map's, rounded down.</summary>
    [Length(Levels, Levels), Elements(1, 1024)] public IReadOnlyList<int>? AnchorStrides { get; init; }

    /// <summary>Whether proposals rank by their logits; else by their sigmoid, which makes ties in float32.</summary>
    public bool RpnRankByLogit { get; init; }

    /// <summary>Proposals with a smaller side go; 0: those without area.</summary>
    [Range(0, 1e6)] public double RpnMinSidePixels { get; init; } = 1e-3;

    /// <summary>
    /// Whether the proposal losses are divided by <see cref="RpnBatchSizePerImage"/> times the images, whatever was sampled.
    /// </summary>
    public bool RpnLossOverFullBatch { get; init; }

    /// <summary>Where smooth L1 turns from square to straight, for both box losses; 0 is L1.</summary>
    [Range(0, 1000)] public double BoxLossBeta { get; init; } = 1.0 / 9;

    /// <summary>Best anchors a level that go into suppression, in training.</summary>
    [Range(1, 1_000_000)] public int RpnPreNmsTopNTrain { get; init; } = 2000;

    /// <summary>Best anchors a level that go into suppression, in evaluation.</summary>
    [Range(1, 1_000_000)] public int RpnPreNmsTopNTest { get; init; } = 1000;

    /// <summary>Proposals of an image, in training.</summary>
    [Range(1, 1_000_000)] public int RpnPostNmsTopNTrain { get; init; } = 2000;

    /// <summary>Proposals of an image, in evaluation.</summary>
    [Range(1, 1_000_000)] public int RpnPostNmsTopNTest { get; init; } = 1000;

    /// <summary>IoU above which the worse of two proposals goes.</summary>
    [Range(0, 1.0)] public double RpnNmsThresh { get; init; } = 0.7;

    /// <summary>IoU from which an anchor is an object.</summary>
    [Range(0, 1.0)] public double RpnFgIouThresh { get; init; } = 0.7;

    /// <summary>IoU below which an anchor is background.</summary>
    [Range(0, 1.0)] public double RpnBgIouThresh { get; init; } = 0.3;

    /// <summary>Anchors of an image that make the loss.</summary>
    [Range(1, 1_000_000)] public int RpnBatchSizePerImage { get; init; } = 256;

    /// <summary>Largest share of objects among them.</summary>
    [Range(0, 1.0)] public double RpnPositiveFraction { get; init; } = 0.5;

    /// <summary>Proposals below this objectness (0..1) are dropped.</summary>
    [Range(0, 1.0)] public double RpnScoreThresh { get; init; }

    /// <summary>Detections must score above this.</summary>
    [Range(0, 1.0)] public double BoxScoreThresh { get; init; } = 0.05;

    /// <summary>IoU above which the worse of two detections of a class goes.</summary>
    [Range(0, 1.0)] public double BoxNmsThresh { get; init; } = 0.5;

    /// <summary>Detections of an image at most.</summary>
    [Range(1, 100_000)] public int BoxDetectionsPerImg { get; init; } = 100;

    /// <summary>Detections with a smaller side go before suppression.</summary>
    [Range(0, 1e6)] public double BoxMinSidePixels { get; init; } = 1e-2;

    /// <summary>Whether detections are cut to the original image at the end, and go when no area is left.</summary>
    public bool ClipDetections { get; init; }

    /// <summary>One box for all classes, in place of one for each.</summary>
    public bool ClassAgnosticBoxes { get; init; }

    /// <summary>IoU from which a proposal is an object.</summary>
    [Range(0, 1.0)] public double BoxFgIouThresh { get; init; } = 0.5;

    /// <summary>IoU below which a proposal is background.</summary>
    [Range(0, 1.0)] public double BoxBgIouThresh { get; init; } = 0.5;

    /// <summary>Proposals of an image that make the loss.</summary>
    [Range(1, 1_000_000)] public int BoxBatchSizePerImage { get; init; } = 512;

    /// <summary>Largest share of objects among them.</summary>
    [Range(0, 1.0)] public double BoxPositiveFraction { get; init; } = 0.25;

    /// <summary>Weights of the box head's deltas (x, y, width, height).</summary>
    [Length(4, 4), Elements(1e-6, 1e6)] public IReadOnlyList<double> BboxRegWeights { get; init; } = [10, 10, 5, 5];

    /// <summary>Side of the pooled features.</summary>
    [Range(1, 64)] public int RoiOutputSize { get; init; } = 7;

    /// <summary>
    /// Whether pooling shifts by half a map position and allows boxes below one, and chooses levels by detectron2's formula.
    /// </summary>
    public bool RoiAligned { get; init; }

    /// <summary>Sample points along a side of a pooled cell; 0: as many as it has map positions.</summary>
    [Range(0, 64)] public int RoiSamplingRatio { get; init; } = 2;

    /// <summary>How the heads' weights are initialized.</summary>
    /// <remarks>Configurations and checkpoints know it by its first spelling.</remarks>
    [JsonPropertyName("headInitialisation")] public HeadInitialization HeadInitialization { get; init; }

    /// <summary>Seed of the samplers that choose anchors and proposals for the losses.</summary>
    [Range(0, 1e18)] public long SamplerSeed { get; init; }

    IEnumerable<OptionProblem> IRelatedOptions.Problems()
    {
        if (MinSizePixels > MaxSizePixels)
        {
            yield return new(
                "minSizePixels",
                $"{MinSizePixels} is longer than maxSizePixels, {MaxSizePixels}; the shorter side cannot be the longer one.");
        }

        if (AnchorSizes.Any(level => level.Count == 0 || level.Count != AnchorSizes[0].Count))
        {
            yield return new("anchorSizes", "each of the five levels needs the same number of sizes, and at least one.");
        }

        if (RpnBgIouThresh > RpnFgIouThresh)
        {
            yield return new("rpnBgIouThresh", "it is above rpnFgIouThresh; an anchor would be object and background.");
        }

        if (BoxBgIouThresh > BoxFgIouThresh)
        {
            yield return new("boxBgIouThresh", "it is above boxFgIouThresh; a proposal would be object and background.");
        }
    }
}
