using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Classifies and refines proposals (Girshick 2015; torchvision's <c>roi_heads.py</c>).</summary>
internal sealed partial class RoIHeads : NamedModule
{
    private readonly DetectorOptions options;
    private readonly BoxCoder coder;
    private readonly Matcher matcher;
    private readonly BalancedPositiveNegativeSampler sampler;
    private readonly MultiScaleRoIAlign pooler;
    private readonly TwoMLPHead boxHead;
    private readonly FastRcnnPredictor boxPredictor;

    public RoIHeads(DetectorOptions options, CandidateChoice choose)
        : base(nameof(RoIHeads))
    {
        this.options = options;
        coder = new BoxCoder(options.BboxRegWeights);
        matcher = new Matcher(options.BoxFgIouThresh, options.BoxBgIouThresh, allowLowQualityMatches: false);
        sampler = new BalancedPositiveNegativeSampler(options.BoxBatchSizePerImage, options.BoxPositiveFraction, choose);
        pooler = new MultiScaleRoIAlign(options.RoiOutputSize, options.RoiSamplingRatio, options.RoiAligned, options.AnchorStrides);
        boxHead = new TwoMLPHead(options.FpnChannels * options.RoiOutputSize * options.RoiOutputSize, options.BoxHeadChannels);
        boxPredictor = new FastRcnnPredictor(options.BoxHeadChannels, options.NumClasses, options.ClassAgnosticBoxes);
        if (options.HeadInitialization == HeadInitialization.Detectron2)
        {
            boxHead.InitializeUniform();
            boxPredictor.InitializeNormal();
        }

        register_module("box_head", boxHead);
        register_module("box_predictor", boxPredictor);
    }

    /// <summary>The element type that linear layers compute in; weights, pooled features and results stay float32.</summary>
    public ScalarType ComputeType { get; set; } = float32;

    /// <summary>
    /// Pooled features [ΣP, C, 7, 7], the box head's output [ΣP, R], class logits [ΣP, classes] and deltas [ΣP, 4·classes].
    /// </summary>
    public RoIPrediction Predict(
        IReadOnlyList<Tensor> features, IReadOnlyList<Tensor> proposals, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        var pooled = pooler.Pool([.. features.Take(MultiScaleRoIAlign.PooledLevels)], proposals, imageSizes);
        var hidden = boxHead.call(pooled.to(ComputeType));
        var (logits, regression) = boxPredictor.call(hidden);
        return new RoIPrediction(Pooled: pooled, Hidden: hidden, ClassLogits: logits, BoxRegression: regression);
    }

    /// <summary>Proposals and objects of each image, labelled and sampled, in the order of the proposals.</summary>
    /// <param name="proposals">[P_i, 4] of each image.</param>
    /// <param name="targets">The objects of each image.</param>
    public SampledProposals Sample(IReadOnlyList<Tensor> proposals, IReadOnlyList<DetectionTarget> targets)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        SampledProposals[] all = [.. proposals.Select((ofImage, image) => Label(ofImage, targets[image]))];
        var samples = sampler.Sample([.. all.Select(ofImage => ofImage.Labels)]);
        Tensor Chosen(Func<SampledProposals, Tensor> value) =>
            cat([.. all.Select(value)]).index_select(0, samples.All).MoveToOuterDisposeScope();
        return new SampledProposals(
            Boxes: Chosen(ofImage => ofImage.Boxes),
            Labels: Chosen(ofImage => ofImage.Labels),
            Objects: Chosen(ofImage => ofImage.Objects),
            RegressionTargets: Chosen(ofImage => ofImage.RegressionTargets),
            Counts: samples.Counts);
    }

    /// <summary>All proposals and objects of an image, with the object of each.</summary>
    private SampledProposals Label(Tensor proposals, DetectionTarget target)
    {
        var all = cat([proposals, target.Boxes]);
        var matched = zeros(all.shape[0], dtype: int64, device: all.device);
        var labels = zeros(all.shape[0], dtype: int64, device: all.device);
        var regression = zeros_like(all);
        if (target.Boxes.shape[0] > 0)
        {
            var matches = matcher.Match(TensorBoxes.PairwiseIoU(target.Boxes, all));
            matched = matches.clamp(min: 0);
            labels = target.Labels.index_select(0, matched)
                .masked_fill(matches.eq(Matcher.BelowLowThreshold), 0)
                .masked_fill(matches.eq(Matcher.BetweenThresholds), -1);
            regression = coder.Encode(target.Boxes.index_select(0, matched), all);
        }

        labels = TensorBoxes.WithoutBackgroundIn(target.Ignore, all, labels);
        return new SampledProposals(
            Boxes: all, Labels: labels, Objects: matched, RegressionTargets: regression, Counts: [all.shape[0]]);
    }

    /// <param name="classLogits">[K, classes]</param>
    /// <param name="boxRegression">[K, 4·classes]</param>
    /// <param name="labels">int64 [K]</param>
    /// <param name="regressionTargets">[K, 4]</param>
    /// <param name="beta">Of smooth L1; 0 is L1.</param>
    /// <returns>Cross-entropy and smooth L1 (divided by all samples), scalars.</returns>
    public static (Tensor Classifier, Tensor BoxReg) Losses(
        Tensor classLogits, Tensor boxRegression, Tensor labels, Tensor regressionTargets, double beta = 1.0 / 9)
    {
        if (labels.shape[0] == 0)
        {
            return (classLogits.sum() * 0, boxRegression.sum() * 0);   // nothing was left to sample: nothing is learned
        }

        var positive = labels.gt(0).WhereTrue();
        var ofObjects = PerClass(boxRegression).index_select(0, positive);                 // [P, classes or 1, 4]
        var ofClass = ofObjects.shape[1] == 1
            ? ofObjects.squeeze(1)
            : ofObjects.gather(1, labels.index_select(0, positive).view(-1, 1, 1).expand(-1, 1, 4)).squeeze(1);
        var boxLoss = BoxLoss.Sum(ofClass, regressionTargets.index_select(0, positive), beta) / labels.shape[0];
        return (nn.functional.cross_entropy(classLogits, labels), boxLoss);
    }

    /// <summary>[K, 4·classes] as [K, classes, 4]; K may be 0.</summary>
    private static Tensor PerClass(Tensor boxRegression) => boxRegression.view(boxRegression.shape[0], boxRegression.shape[1] / 4, 4);

    /// <returns>Detections of each image in pixels of the resized image, by falling score.</returns>
    public IReadOnlyList<ImageDetections> PostProcess(
        Tensor classLogits, Tensor boxRegression, IReadOnlyList<Tensor> proposals, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        using var _ = no_grad();
        var classes = classLogits.shape[1];
        var boxes = coder.Decode(PerClass(boxRegression), cat([.. proposals]).unsqueeze(1)).expand(-1, classes, -1);   // [ΣP, classes, 4]
        var scores = classLogits.softmax(-1);
        var labels = arange(1, classes, dtype: int64, device: scores.device);
        var clipped = new List<Tensor>();
        var groups = new List<BoxGroup>();
        for (int image = 0, offset = 0; image < proposals.Count; image++)
        {
            var count = (int)proposals[image].shape[0];
            clipped.Add(TensorBoxes.Clip(boxes[offset..(offset + count), 1..], imageSizes[image]).reshape(-1, 4));
            groups.AddRange(Groups(image, offset, count, classes: (int)classes - 1));
            offset += count;
        }

        var allBoxes = cat([.. clipped]);   // [ΣP·(classes − 1), 4]
        var allScores = scores[.., 1..].reshape(-1);
        var allLabels = labels.view(1, -1).expand(scores.shape[0], -1).reshape(-1);
        var rule = new SuppressionRule(
            options.BoxMinSidePixels, options.BoxScoreThresh, Inclusive: false, options.BoxNmsThresh, options.BoxDetectionsPerImg);
        var kept = HostSuppression.Run(allBoxes, allScores, groups, proposals.Count, rule);
        Tensor[] Kept(Tensor values) => values.index_select(0, kept.Rows).split(kept.Counts);
        var keptBoxes = Kept(allBoxes);
        var keptScores = Kept(allScores);
        var keptLabels = Kept(allLabels);
        return [.. keptBoxes.Select((ofImage, image) => new ImageDetections(ofImage, keptScores[image], keptLabels[image]))];
    }

    /// <summary>The classes of an image; the rows of a proposal, one a class, lie side by side.</summary>
    private static IEnumerable<BoxGroup> Groups(int image, int firstProposal, int proposals, int classes) =>
        Enumerable.Range(0, classes).Select(@class => new BoxGroup(
            Image: image, First: firstProposal * classes + @class, Count: proposals, Stride: classes));
}

/// <summary>The heads' output for all proposals of a batch.</summary>
/// <param name="Pooled">[ΣP, C, 7, 7]</param>
/// <param name="Hidden">[ΣP, R], of the box head.</param>
/// <param name="ClassLogits">[ΣP, classes]</param>
/// <param name="BoxRegression">[ΣP, 4·classes]</param>
internal sealed record RoIPrediction(Tensor Pooled, Tensor Hidden, Tensor ClassLogits, Tensor BoxRegression);

/// <summary>Proposals of all images, one image after the other.</summary>
/// <param name="Boxes">[S, 4]</param>
/// <param name="Labels">int64 [S], 0 is background.</param>
/// <param name="Objects">int64 [S]: index of the matched object, 0 where there is none.</param>
/// <param name="RegressionTargets">[S, 4]</param>
/// <param name="Counts">How many are of each image.</param>
internal sealed record SampledProposals(Tensor Boxes, Tensor Labels, Tensor Objects, Tensor RegressionTargets, long[] Counts)
{
    /// <summary>[S_i, 4] of each image.</summary>
    public IReadOnlyList<Tensor> BoxesOfImages() => Boxes.split(Counts);
}
