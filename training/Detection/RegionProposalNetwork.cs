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
        var objectness = cat([.. maps.Select(map => map.Objectness.permute(0, 2, 3, 1).reshape(images, -1))], 1);   // [N, S]
        var deltas = cat([.. maps.Select(map => PerAnchor(map.Deltas))], 1);   // [N, S, 4]
        var anchors = Anchors.Anchors(
            batch, [.. features.Select(feature => ((int)feature.shape[2], (int)feature.shape[3]))], features[0].device);
        foreach (var map in maps)
        {
            map.Objectness.MoveToOuterDisposeScope();
            map.Deltas.MoveToOuterDisposeScope();
        }

        return new RpnOutput(
            maps,
            objectness.MoveToOuterDisposeScope(),
            deltas.MoveToOuterDisposeScope(),
            cat(anchors).MoveToOuterDisposeScope(),
            [.. anchors.Select(level => (int)level.shape[0])]);

        Tensor PerAnchor(Tensor map)   // [N, 4A, H, W] to [N, H·W·A, 4]
        {
            var parts = map.view(images, perCell, 4, map.shape[2], map.shape[3]);
            return parts.permute(0, 3, 4, 1, 2).reshape(images, -1, 4);
        }
    }

    /// <returns>An image's proposals [P, 4] and their objectness [P] (0..1, or logits), by falling objectness; no gradient.</returns>
    public IReadOnlyList<(Tensor Boxes, Tensor Scores)> Propose(RpnOutput output, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        var preNms = training ? options.RpnPreNmsTopNTrain : options.RpnPreNmsTopNTest;
        var postNms = training ? options.RpnPostNmsTopNTrain : options.RpnPostNmsTopNTest;
        var objectness = output.Objectness.detach();                                                    // [N, S]
        var top = new List<Tensor>();
        var perLevel = new int[output.CountPerLevel.Count];
        for (int level = 0, offset = 0; level < perLevel.Length; level++)
        {
            var count = output.CountPerLevel[level];
            perLevel[level] = Math.Min(preNms, count);
            top.Add(objectness[.., offset..(offset + count)].topk(perLevel[level], 1).indexes + offset);
            offset += count;
        }

        var chosen = cat([.. top], 1);                                                                  // [N, K]
        var logits = objectness.gather(1, chosen);                                                      // [N, K]
        var scores = options.RpnRankByLogit ? logits : logits.sigmoid();
        var minScore = options.RpnRankByLogit ? double.NegativeInfinity : options.RpnScoreThresh;
        var chosenDeltas = output.Deltas.detach().gather(1, chosen.unsqueeze(-1).expand(-1, -1, 4));     // [N, K, 4]
        var chosenAnchors = output.Anchors.index_select(0, chosen.view(-1)).view(chosen.shape[0], -1, 4);
        var boxes = coder.Decode(chosenDeltas, chosenAnchors);                                          // [N, K, 4]
        var clipped = cat([.. imageSizes.Select((size, image) => TensorBoxes.Clip(boxes[image], size))]);   // [N·K, 4]
        var flatScores = scores.reshape(-1);                                                            // [N·K]
        var rule = new SuppressionRule(MinSidePixels, minScore, Inclusive: true, options.RpnNmsThresh, postNms);
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
                groups.Add(new BoxGroup(Image: image, First: first, Count: count, Stride: 1));
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
        var labels = zeros(anchors.shape[0], device: anchors.device);
        var boxes = zeros_like(anchors);
        if (objects.shape[0] > 0)
        {
            var matches = matcher.Match(TensorBoxes.PairwiseIoU(objects, anchors));
            labels = matches.ge(0).to(float32).masked_fill(matches.eq(Matcher.BetweenThresholds), -1);
            boxes = objects.index_select(0, matches.clamp(min: 0));
        }

        labels = TensorBoxes.WithoutBackgroundIn(ignore, anchors, labels);
        return (labels.MoveToOuterDisposeScope(), boxes.MoveToOuterDisposeScope());
    }

    /// <summary>The losses of a sample of anchors.</summary>
    /// <returns>Scalars, and what was sampled as indices into the anchors of all images.</returns>
    public RpnLosses Losses(RpnOutput output, IReadOnlyList<DetectionTarget> targets)
    {
        using var scope = NewDisposeScope();
        var assigned = targets.Select(target => Assign(output.Anchors, target.Boxes, target.Ignore)).ToArray();
        var anchors = output.Anchors.shape[0];                                                          // S
        var samples = sampler.Sample([.. assigned.Select(image => image.Labels)]);
        var positive = samples.Positive;                                                                // [P]
        var sampled = samples.All;                                                                      // [B]
        var labels = cat([.. assigned.Select(image => image.Labels)]);                                  // [N·S]
        var matched = cat([.. assigned.Select(image => image.Boxes)]).index_select(0, positive);        // [P, 4]
        var regression = coder.Encode(matched, output.Anchors.index_select(0, positive.remainder(anchors)));   // [P, 4]
        var fullBatch = (long)options.RpnBatchSizePerImage * targets.Count;
        var divisor = options.RpnLossOverFullBatch ? fullBatch : Math.Max(1, sampled.shape[0]);
        var predicted = output.Deltas.reshape(-1, 4).index_select(0, positive);                         // [P, 4]
        var boxLoss = BoxLoss.Sum(predicted, regression, options.BoxLossBeta) / divisor;
        var objectnessLoss = nn.functional.binary_cross_entropy_with_logits(
            output.Objectness.reshape(-1).index_select(0, sampled),
            labels.index_select(0, sampled),
            reduction: nn.Reduction.Sum) / divisor;
        return new RpnLosses(
            Objectness: objectnessLoss.MoveToOuterDisposeScope(),
            BoxReg: boxLoss.MoveToOuterDisposeScope(),
            SampledPositive: positive.MoveToOuterDisposeScope(),
            Sampled: sampled.MoveToOuterDisposeScope());
    }
}

/// <summary>The region proposal network's part of the loss.</summary>
/// <param name="Objectness">Binary cross-entropy, a scalar.</param>
/// <param name="BoxReg">Smooth L1 of the deltas, a scalar.</param>
/// <param name="SampledPositive">int64 [P]: the sampled anchors that match an object, as indices into the anchors of all images.</param>
/// <param name="Sampled">int64 [B]: all sampled anchors.</param>
internal sealed record RpnLosses(Tensor Objectness, Tensor BoxReg, Tensor SampledPositive, Tensor Sampled);

/// <param name="Maps">Objectness [N, A, H, W] and deltas [N, 4A, H, W] of each level.</param>
/// <param name="Objectness">[N, S] logits.</param>
/// <param name="Deltas">[N, S, 4]</param>
/// <param name="Anchors">[S, 4]</param>
/// <param name="CountPerLevel">Anchors of each level.</param>
internal sealed record RpnOutput(
    IReadOnlyList<(Tensor Objectness, Tensor Deltas)> Maps,
    Tensor Objectness,
    Tensor Deltas,
    Tensor Anchors,
    IReadOnlyList<int> CountPerLevel);
