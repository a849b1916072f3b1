using Pipeline.Training.Backbones;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Class-free proposals from anchors (Ren et al. 2015; torchvision's <c>rpn.py</c>).</summary>
internal sealed partial class RegionProposalNetwork : NamedModule
{
    private readonly DetectorOptions options;
    private readonly RpnHead head;
    private readonly BoxCoder coder = new([1, 1, 1, 1]);
    private readonly Matcher matcher;
    private readonly BalancedPositiveNegativeSampler sampler;

    public RegionProposalNetwork(DetectorOptions options, CandidateChoice choose)
        : base(nameof(RegionProposalNetwork))
    {
        this.options = options;
        Anchors = new AnchorGenerator(options.AnchorSizes, options.AspectRatios, options.AnchorsRounded, options.AnchorStrides);
        matcher = new Matcher(options.RpnFgIouThresh, options.RpnBgIouThresh, allowLowQualityMatches: true);
        sampler = new BalancedPositiveNegativeSampler(options.RpnBatchSizePerImage, options.RpnPositiveFraction, choose);
        head = new RpnHead(options.FpnChannels, Anchors.CountPerCell);
        register_module("head", head);
    }

    public AnchorGenerator Anchors { get; }

    private double MinSidePixels => Math.Max(options.RpnMinSidePixels, float.Epsilon);

    /// <summary>The head on every level, flattened to one row an anchor.</summary>
    /// <returns>Raw maps of each level; objectness [N, S] and deltas [N, S, 4]; anchors [S, 4]; anchors of each level.</returns>
    public RpnOutput Predict(IReadOnlyList<Tensor> features, (int Height, int Width) batch)
    {
        using var scope = NewDisposeScope();
        var maps = features.Select(feature => head.call(feature)).ToArray();
        var images = features[0].shape[0];
        var perCell = Anchors.CountPerCell;
        var objectness = cat([.. maps.Select(map => map.Objectness.permute(0, 2, 3, 1).reshape(images, -1))], 1);
        var deltas = cat([.. maps.Select(map => map.Deltas.view(images, perCell, 4, map.Deltas.shape[2], map.Deltas.shape[3]).permute(0, 3, 4, 1, 2).reshape(images, -1, 4))], 1);
        var anchors = Anchors.Anchors(batch, [.. features.Select(feature => ((int)feature.shape[2], (int)feature.shape[3]))], features[0].device);
        foreach (var map in maps)
        {
            map.Objectness.MoveToOuterDisposeScope();
            map.Deltas.MoveToOuterDisposeScope();
        }

        return new RpnOutput(
            maps, objectness.MoveToOuterDisposeScope(), deltas.MoveToOuterDisposeScope(), cat(anchors).MoveToOuterDisposeScope(), [.. anchors.Select(level => (int)level.shape[0])]);
    }

    /// <returns>An image's proposals [P, 4] and their objectness [P] (0..1, or logits), by falling objectness; no gradient.</returns>
    public IReadOnlyList<(Tensor Boxes, Tensor Scores)> Propose(RpnOutput output, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var (preNms, postNms) = training ? (options.RpnPreNmsTopNTrain, options.RpnPostNmsTopNTrain) : (options.RpnPreNmsTopNTest, options.RpnPostNmsTopNTest);
        var objectness = output.Objectness.detach();
        var indices = new List<Tensor>();
        var levels = new List<Tensor>();
        for (int level = 0, offset = 0; level < output.CountPerLevel.Count; level++)
        {
            var count = output.CountPerLevel[level];
            var top = objectness[.., offset..(offset + count)].topk(Math.Min(preNms, count), 1).indexes + offset;
            indices.Add(top);
            levels.Add(full([top.shape[1]], level, dtype: int64, device: objectness.device));
            offset += count;
        }

        var chosen = cat([.. indices], 1);                                                                            // [N, K]
        var level1d = cat([.. levels]);
        var logits = objectness.gather(1, chosen);
        var (scores, least) = options.RpnRankByLogit ? (logits, double.NegativeInfinity) : (logits.sigmoid(), options.RpnScoreThresh);
        var chosenDeltas = output.Deltas.detach().gather(1, chosen.unsqueeze(-1).expand(-1, -1, 4));
        var boxes = coder.Decode(chosenDeltas, output.Anchors.index_select(0, chosen.view(-1)).view(chosen.shape[0], -1, 4));
        return [.. imageSizes.Select((size, image) =>
        {
            var clipped = TensorBoxes.Clip(boxes[image], size);
            var kept = HostSuppression.Run(clipped, scores[image], level1d, MinSidePixels, least, inclusive: true, options.RpnNmsThresh, postNms);
            return (clipped.index_select(0, kept).MoveToOuterDisposeScope(), scores[image].index_select(0, kept).MoveToOuterDisposeScope());
        })];
    }

    /// <returns>Labels of the anchors: 1 object, 0 background, −1 neither; and the object's box of each, [S] and [S, 4].</returns>
    public (Tensor Labels, Tensor Boxes) Assign(Tensor anchors, Tensor objects, Tensor? ignore = null)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var (labels, boxes) = (zeros(anchors.shape[0], device: anchors.device), zeros_like(anchors));
        if (objects.shape[0] > 0)
        {
            var matches = matcher.Match(TensorBoxes.PairwiseIoU(objects, anchors));
            labels = matches.ge(0).to(float32).masked_fill(matches.eq(Matcher.BetweenThresholds), -1);
            boxes = objects.index_select(0, matches.clamp(min: 0));
        }

        labels = TensorBoxes.WithoutBackgroundIn(ignore, anchors, labels);
        return (labels.MoveToOuterDisposeScope(), boxes.MoveToOuterDisposeScope());
    }

    /// <returns>Binary cross-entropy and smooth L1, scalars; and what was sampled, as indices into all images' anchors.</returns>
    public (Tensor Objectness, Tensor BoxReg, Tensor SampledPositive, Tensor Sampled) Losses(RpnOutput output, IReadOnlyList<DetectionTarget> targets)
    {
        using var scope = NewDisposeScope();
        var assigned = targets.Select(target => Assign(output.Anchors, target.Boxes, target.Ignore)).ToArray();
        var count = output.Anchors.shape[0];
        var samples = assigned.Select(image => sampler.Sample(image.Labels)).ToArray();
        var positive = cat([.. samples.Select((sample, image) => sample.Positive + image * count)]);
        var sampled = cat([.. samples.Select((sample, image) => sample.All + image * count)]);
        var labels = cat([.. assigned.Select(image => image.Labels)]);
        var matched = cat([.. assigned.Select(image => image.Boxes)]).index_select(0, positive);
        var regression = coder.Encode(matched, output.Anchors.index_select(0, positive.remainder(count)));
        var divisor = options.RpnLossOverFullBatch ? (long)options.RpnBatchSizePerImage * targets.Count : Math.Max(1, sampled.shape[0]);
        var boxLoss = BoxLoss.Sum(output.Deltas.reshape(-1, 4).index_select(0, positive), regression, options.BoxLossBeta) / divisor;
        var objectnessLoss = nn.functional.binary_cross_entropy_with_logits(output.Objectness.reshape(-1).index_select(0, sampled), labels.index_select(0, sampled), reduction: nn.Reduction.Sum) / divisor;
        return (objectnessLoss.MoveToOuterDisposeScope(), boxLoss.MoveToOuterDisposeScope(), positive.MoveToOuterDisposeScope(), sampled.MoveToOuterDisposeScope());
    }
}

/// <param name="Maps">Objectness [N, A, H, W] and deltas [N, 4A, H, W] of each level.</param>
/// <param name="Objectness">[N, S] logits.</param>
/// <param name="Deltas">[N, S, 4]</param>
/// <param name="Anchors">[S, 4]</param>
/// <param name="CountPerLevel">Anchors of each level.</param>
internal sealed record RpnOutput(IReadOnlyList<(Tensor Objectness, Tensor Deltas)> Maps, Tensor Objectness, Tensor Deltas, Tensor Anchors, IReadOnlyList<int> CountPerLevel);
