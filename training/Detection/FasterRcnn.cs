using Pipeline.Training.Backbones;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// Faster R-CNN on a feature pyramid (Ren et al. 2015, Lin et al. 2017): equal to torchvision's <c>fasterrcnn_resnet50_fpn</c> in
/// numbers and in parameter names.
/// </summary>
public sealed partial class FasterRcnn : Detector
{
    /// <summary>Its name in a checkpoint.</summary>
    internal const string ArchitectureName = "faster_rcnn";

    private readonly DetectionTransform transform;

    /// <summary>A detector with random weights, on the CPU; <c>.to(device)</c> moves it.</summary>
    public FasterRcnn(DetectorOptions options)
        : this(options, BalancedPositiveNegativeSampler.Random(new Generator((ulong)options.SamplerSeed)))
    {
    }

    internal FasterRcnn(DetectorOptions options, CandidateChoice choose)
        : base(nameof(FasterRcnn))
    {
        Options = options;
        transform = new DetectionTransform(options);
        Backbone = new PyramidBackbone(options);
        Rpn = new RegionProposalNetwork(options, choose);
        RoiHeads = new RoIHeads(options, choose);
        register_module("backbone", Backbone);
        register_module("rpn", Rpn);
        register_module("roi_heads", RoiHeads);
    }

    /// <summary>What the detector was built from.</summary>
    public DetectorOptions Options { get; }

    /// <inheritdoc />
    public override string Architecture => ArchitectureName;

    /// <inheritdoc />
    public override object BuiltFrom => Options;

    /// <inheritdoc />
    public override int NumClasses => Options.NumClasses;

    /// <inheritdoc />
    public override double ScoreThreshold => Options.BoxScoreThresh;

    /// <inheritdoc />
    public override int MaxDetections => Options.BoxDetectionsPerImg;

    /// <inheritdoc />
    public override ScalarType ComputeType
    {
        get => RoiHeads.ComputeType;
        set
        {
            Backbone.Body.ComputeType = value;
            RoiHeads.ComputeType = value;
        }
    }

    /// <inheritdoc />
    public override ResNet ResidualBackbone => Backbone.Body;

    internal PyramidBackbone Backbone { get; }

    internal RegionProposalNetwork Rpn { get; }

    internal RoIHeads RoiHeads { get; }

    /// <inheritdoc />
    public override (int Height, int Width)? LoadedSize((int Height, int Width) size, int? minSizePixels) =>
        transform.Resize.ResizesBytes ? transform.Resize.Size(size, minSizePixels ?? Options.MinSizePixels) : null;

    /// <inheritdoc />
    public override IReadOnlyList<NamedLoss> NamedLosses(
        IReadOnlyList<Tensor> images,
        IReadOnlyList<DetectionTarget> targets,
        IReadOnlyList<int>? minSizesPixels = null)
    {
        var losses = Losses(images, targets, minSizesPixels);
        return
        [
            new("lossClassifier", losses.Classifier),
            new("lossBoxReg", losses.BoxReg),
            new("lossObjectness", losses.Objectness),
            new("lossRpnBoxReg", losses.RpnBoxReg),
        ];
    }

    /// <summary>One training pass.</summary>
    /// <param name="images">uint8 [3, H, W], or float32 from 0 to 1, on the detector's device.</param>
    /// <param name="targets">Objects of each image, in its pixels.</param>
    /// <param name="minSizesPixels">The shorter side for each image; null: that of the options.</param>
    public DetectorLosses Losses(
        IReadOnlyList<Tensor> images,
        IReadOnlyList<DetectionTarget> targets,
        IReadOnlyList<int>? minSizesPixels = null)
    {
        using var scope = NewDisposeScope();   // maps are freed here, and each goes when the backward pass has done with it
        var (batch, sizes) = transform.Apply(images, minSizesPixels);
        var scaled = Move(targets, images, sizes);
        var features = Backbone.call(batch);
        var output = Rpn.Predict(features, ((int)batch.shape[2], (int)batch.shape[3]));
        var proposals = Rpn.Propose(output, sizes);
        var rpn = Rpn.Losses(output, scaled);
        var samples = RoiHeads.Sample([.. proposals.Select(proposal => proposal.Boxes)], scaled);
        var prediction = RoiHeads.Predict(features, samples.BoxesOfImages(), sizes);
        var (classifier, boxReg) = RoIHeads.Losses(
            prediction.ClassLogits, prediction.BoxRegression, samples.Labels, samples.RegressionTargets, Options.BoxLossBeta);
        return new DetectorLosses(
            Classifier: classifier.MoveToOuterDisposeScope(),
            BoxReg: boxReg.MoveToOuterDisposeScope(),
            Objectness: rpn.Objectness.MoveToOuterDisposeScope(),
            RpnBoxReg: rpn.BoxReg.MoveToOuterDisposeScope());
    }

    /// <inheritdoc />
    public override IReadOnlyList<ImageDetections> Detect(IReadOnlyList<Tensor> images) => DetectWithTrace(images).Detections;

    private DetectionTarget[] Move(
        IReadOnlyList<DetectionTarget> targets,
        IReadOnlyList<Tensor> images,
        IReadOnlyList<(int Height, int Width)> sizes)
    {
        DetectionTarget[] moved = [.. targets.Select((target, i) => Move(target, images[i], sizes[i]))];
        if (!transform.Resize.CutsBoxes)
        {
            return moved;
        }

        // Those that lost their area go.
        var kept = TensorBoxes.WithArea([.. moved.Select(target => target.Boxes)]);
        return
        [
            .. moved.Select((target, i) => target with
            {
                Boxes = target.Boxes.index_select(0, kept[i]),
                Labels = target.Labels.index_select(0, kept[i]),
            }),
        ];
    }

    private DetectionTarget Move(DetectionTarget target, Tensor image, (int Height, int Width) size)
    {
        var original = ((int)image.shape[1], (int)image.shape[2]);
        return target with
        {
            Boxes = transform.Resize.MoveBoxes(target.Boxes, original, size),
            Ignore = target.Ignore is { } regions ? transform.Resize.MoveBoxes(regions, original, size) : null,
        };
    }

    /// <summary>Detections of each image in pixels of the original one.</summary>
    internal IReadOnlyList<ImageDetections> ToOriginalImage(
        IReadOnlyList<ImageDetections> found,
        IReadOnlyList<(int Height, int Width)> originals,
        IReadOnlyList<(int Height, int Width)> sizes)
    {
        Tensor[] back = [.. found.Select((image, i) => transform.Resize.MoveBoxes(image.Boxes, sizes[i], originals[i]))];
        if (!Options.ClipDetections)
        {
            return [.. found.Select((image, i) => image with { Boxes = back[i] })];
        }

        Tensor[] boxes = [.. back.Select((image, i) => TensorBoxes.Clip(image, originals[i]))];
        var kept = TensorBoxes.WithArea(boxes);
        return
        [
            .. found.Select((image, i) => new ImageDetections(
                boxes[i].index_select(0, kept[i]), image.Scores.index_select(0, kept[i]), image.Labels.index_select(0, kept[i]))),
        ];
    }

    internal DetectionTrace DetectWithTrace(IReadOnlyList<Tensor> images)
    {
        using var _ = no_grad();
        var (batch, sizes) = transform.Apply(images);
        var features = Backbone.call(batch);
        var output = Rpn.Predict(features, ((int)batch.shape[2], (int)batch.shape[3]));
        var proposals = Rpn.Propose(output, sizes);
        Tensor[] boxes = [.. proposals.Select(proposal => proposal.Boxes)];
        var prediction = RoiHeads.Predict(features, boxes, sizes);
        var found = RoiHeads.PostProcess(prediction.ClassLogits, prediction.BoxRegression, boxes, sizes);
        (int Height, int Width)[] originals = [.. images.Select(image => ((int)image.shape[1], (int)image.shape[2]))];
        return new DetectionTrace(batch, sizes, features, output, proposals, prediction, ToOriginalImage(found, originals, sizes));
    }
}

/// <summary>The residual backbone and its pyramid, under torchvision's names <c>body</c> and <c>fpn</c>.</summary>
internal sealed class PyramidBackbone : NamedModule<Tensor, IReadOnlyList<Tensor>>, IOnnxEmitter<OnnxValue, IReadOnlyList<OnnxValue>>
{
    private const int FirstStridePixels = 4;

    public PyramidBackbone(DetectorOptions options)
        : base(nameof(PyramidBackbone))
    {
        Body = new ResNet(options.Backbone);
        Fpn = new FeaturePyramidNetwork(Body.OutputChannels, options.FpnChannels);
        register_module("body", Body);
        register_module("fpn", Fpn);
    }

    public ResNet Body { get; }

    public FeaturePyramidNetwork Fpn { get; }

    /// <param name="input">[N, 3, H, W]</param>
    /// <returns>Five maps of strides 4 to 64, in the body's <see cref="ResNet.ComputeType"/>.</returns>
    public override IReadOnlyList<Tensor> forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var levels = Fpn.call(Body.Maps(input));
        foreach (var level in levels)
        {
            level.MoveToOuterDisposeScope();
        }

        return levels;
    }

    public IReadOnlyList<OnnxValue> Emit(OnnxGraph graph, OnnxValue input) => Fpn.Emit(graph, Body.Emit(graph, input));

    /// <summary>
    /// Sides of a level's map, from the batch's: <c>Shape</c> read off a map would need the map in float32, and quantization keep its
    /// convolution in float32 for that.
    /// </summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="padded">Sides of the batch, multiples of <see cref="DetectionTransform.SizeDivisiblePixels"/>.</param>
    /// <param name="level">From 0, the finest; the last one's sides are rounded up.</param>
    public static OnnxSize EmitMapSize(OnnxGraph graph, OnnxSize padded, int level)
    {
        long stride = FirstStridePixels << level;
        OnnxValue Side(OnnxValue pixels) => graph.Div(graph.Add(pixels, graph.Vector(stride - 1)), graph.Vector(stride));
        return new OnnxSize(Side(padded.Height), Side(padded.Width));
    }
}

/// <summary>Everything an evaluation pass computed on the way.</summary>
internal sealed record DetectionTrace(
    Tensor Batch,
    IReadOnlyList<(int Height, int Width)> Sizes,
    IReadOnlyList<Tensor> Features,
    RpnOutput Rpn,
    IReadOnlyList<(Tensor Boxes, Tensor Scores)> Proposals,
    RoIPrediction Prediction,
    IReadOnlyList<ImageDetections> Detections);
