using Pipeline.Training.Modules;
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
        var top = new List<Tensor>();
        var perLevel = new int[output.CountPerLevel.Count];
        for (int level = 0, offset = 0; level < perLevel.Length; level++)
        {
            var count = output.CountPerLevel[level];
            perLevel[level] = Math.Min(preNms, count);
            top.Add(objectness[.., offset..(offset + count)].topk(perLevel[level], 1).indexes + offset);
            offset += count;
        }

        var chosen = cat([.. top], 1);                                                                            // [N, K]
        var logits = objectness.gather(1, chosen);
        var (scores, least) = options.RpnRankByLogit ? (logits, double.NegativeInfinity) : (logits.sigmoid(), options.RpnScoreThresh);
        var chosenDeltas = output.Deltas.detach().gather(1, chosen.unsqueeze(-1).expand(-1, -1, 4));
        var boxes = coder.Decode(chosenDeltas, output.Anchors.index_select(0, chosen.view(-1)).view(chosen.shape[0], -1, 4));
        var clipped = cat([.. imageSizes.Select((size, image) => TensorBoxes.Clip(boxes[image], size))]);         // [N·K, 4]
        var flatScores = scores.reshape(-1);
        var rule = new SuppressionRule(MinSidePixels, least, Inclusive: true, options.RpnNmsThresh, postNms);
        var kept = HostSuppression.Run(clipped, flatScores, Groups(perLevel, imageSizes.Count), imageSizes.Count, rule);
        var keptBoxes = clipped.index_select(0, kept.Rows).split(kept.Counts);
        var keptScores = flatScores.index_select(0, kept.Rows).split(kept.Counts);
        return [.. keptBoxes.Zip(keptScores, (image, ofImage) => (image.MoveToOuterDisposeScope(), ofImage.MoveToOuterDisposeScope()))];
    }

    /// <summary>The levels of every image, as they lie one after the other.</summary>
    private static List<BoxGroup> Groups(int[] perLevel, int images)
    {
        var groups = new List<BoxGroup>();
        var first = 0;
        for (var image = 0; image < images; image++)
        {
            foreach (var count in perLevel)
            {
                groups.Add(new BoxGroup(image, first, count, Stride: 1));
                first += count;
            }
        }

        return groups;
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
        var samples = sampler.Sample([.. assigned.Select(image => image.Labels)]);
        var positive = samples.Positive;
        var sampled = samples.All;
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
