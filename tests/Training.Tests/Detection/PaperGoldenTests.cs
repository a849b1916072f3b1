using System.Security.Cryptography;
using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>The parts of the preset <c>paper</c> beside detectron2 0.3 with the authors' configuration.</summary>
public sealed class PaperGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_roialign")]
    public void Aligned_adaptive_pooling_equals_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        Tensor Input(string ending) =>
            golden.Tensor(golden.Inputs.EnumerateObject().Single(entry => entry.Name.EndsWith(ending, StringComparison.Ordinal)).Value);
        if (!golden.Params.TryGetProperty("strides", out var strides))
        {
            var features = Input("feat").requires_grad_();
            var rois = Input("rois");
            var pooled = new RoIAlign(7, 7, 0, aligned: true).Pool(
                [features],
                [golden.Params.GetProperty("spatial_scale").GetDouble()],
                rois[.., 1..],
                rois[.., 0].to(int64),
                zeros(rois.shape[0], dtype: int64));
            golden.Equal(pooled, "out");
            (pooled * Input("upstream")).sum().backward();
            golden.Equal(features.grad!, "grad_features");
            return;
        }

        int[] pixels = [.. strides.Doubles().Select(stride => (int)stride)];
        double[] scales = [.. pixels.Select(stride => 1.0 / stride)];
        Tensor[] maps = [.. Enumerable.Range(0, 4).Select(level => Input($"/f{level}").requires_grad_())];
        Tensor[] boxes = [Input("boxes_0"), Input("boxes_1")];
        golden.Equal(MultiScaleRoIAlign.Levels(cat(boxes), scales, aligned: true) + 2, "levels");
        golden.Equal(MultiScaleRoIAlign.Levels(Input("edge_boxes"), scales, aligned: true) + 2, "edge_levels");
        var all = new MultiScaleRoIAlign(7, 0, aligned: true, pixels).Pool(maps, boxes, []);
        golden.Equal(all, "out");
        (all * Input("/up")).sum().backward();
        golden.EqualChosen("grad_f", level => maps[int.Parse(level)].grad!);
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_rpn")]
    public void Anchors_proposals_and_losses_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var options = Options(golden) with { NumClasses = 2, FpnChannels = golden.Params.GetProperty("channels").GetInt32() };
        using var rpn = new RegionProposalNetwork(options, GoldenTensors.FirstByIndex);
        GoldenTensors.LoadFormula(rpn, golden.Params.Text("prefix", ""), "rpn.");
        Tensor[] features = [.. GoldenDetector.Numbered(golden, "/f").Select(entry => golden.Tensor(entry).requires_grad_())];
        Tensor[] objects = [.. GoldenDetector.Numbered(golden, "gt_").Select(entry => golden.Tensor(entry))];
        (int Height, int Width)[] sizes = [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];

        rpn.train();
        var output = rpn.Predict(features, GoldenTensors.Size(golden.Params.GetProperty("batch_h_w")));
        Assert.Equal(golden.Expected.GetProperty("anchors_per_level").Doubles().Select(count => (int)count), output.CountPerLevel);
        golden.Equal(tensor(Enumerable.Range(0, 5).SelectMany(rpn.Anchors.CellAnchors).ToArray()).view(5, 3, 4), "cell_anchors");
        golden.Equal(
            stack([.. output.CountPerLevel.Select((_, level) => output.Anchors[output.CountPerLevel.Take(level + 1).Sum() - 1])]),
            "anchors_last");
        Assert.Equal(
            golden.Expected.GetProperty("anchors_sha256").GetString(),
            Convert.ToHexStringLower(SHA256.HashData(output.Anchors.contiguous().bytes)));
        golden.Equal(output.Objectness.view(golden.Expected.GetProperty("objectness_flat").GetProperty("shape", [])), "objectness_flat");
        golden.Equal(output.Deltas.view(golden.Expected.GetProperty("deltas_flat").GetProperty("shape", [])), "deltas_flat");
        Proposals("train");
        var losses = rpn.Losses(output, [.. objects.Select(boxes => new DetectionTarget(boxes, ones(boxes.shape[0], dtype: int64)))]);
        golden.Equal((double)losses.Objectness.item<float>(), "losses", "loss_objectness");
        golden.Equal((double)losses.BoxReg.item<float>(), "losses", "loss_rpn_box_reg");
        var sampler = new BalancedPositiveNegativeSampler(
            options.RpnBatchSizePerImage, options.RpnPositiveFraction, GoldenTensors.FirstByIndex);
        for (var image = 0; image < objects.Length; image++)
        {
            var (labels, matched) = rpn.Assign(output.Anchors, objects[image]);
            golden.Equal(labels, $"labels_{image}");
            var positive = labels.eq(1).nonzero().view(-1);
            golden.Equal(positive, $"positives_{image}");
            golden.Equal(
                new BoxCoder([1, 1, 1, 1]).Encode(matched.index_select(0, positive), output.Anchors.index_select(0, positive)),
                $"positives_targets_{image}");
            var sample = sampler.Sample([labels]);
            golden.Equal(sample.Positive, $"sample_pos_{image}");
            golden.Equal(sample.All.shape[0] - sample.Positive.shape[0], $"sample_neg_count_{image}");
        }

        (losses.Objectness + losses.BoxReg).backward();
        golden.EqualGradientNorms(rpn);
        var named = rpn.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        rpn.eval();
        Proposals("test");

        void Proposals(string mode)
        {
            var proposals = rpn.Propose(output, sizes);
            for (var image = 0; image < proposals.Count; image++)
            {
                golden.Equal(proposals[image].Boxes, $"proposals_{mode}_{image}");
                golden.Equal(proposals[image].Scores, $"proposal_logits_{mode}_{image}");
            }
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("paper", "paper_roiheads")]
    public void Heads_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var given = golden.Inputs.TryGetProperty("class_logits", out _);
        var options = Options(golden) with
        {
            NumClasses = golden.Params.GetProperty("num_classes").GetInt32(),
            FpnChannels = given ? 4 : 256,
            BoxHeadChannels = given ? 4 : 1024,
        };
        using var detector = new FasterRcnn(
            options with { Backbone = options.Backbone with { Architecture = "resnet18", WidthMultiplier = 0.0625 } },
            GoldenTensors.FirstByIndex);
        var heads = detector.RoiHeads;
        (int Height, int Width)[] sizes = [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];
        (int Height, int Width)[] originals = [.. golden.Params.GetProperty("original_sizes").EnumerateArray().Select(GoldenTensors.Size)];
        Tensor[] proposals = [.. GoldenDetector.Numbered(golden, "proposals_").Select(entry => golden.Tensor(entry))];
        if (given)
        {
            var logits = golden.InputTensor("class_logits").requires_grad_();
            var regression = golden.InputTensor("box_regression").requires_grad_();
            Detections(heads.PostProcess(logits, regression, proposals, sizes));
            var (classifier, boxes) = RoIHeads.Losses(
                logits, regression, golden.InputTensor("labels"), golden.InputTensor("targets"), options.BoxLossBeta);
            EqualLosses(classifier, boxes);
            (classifier + boxes).backward();
            golden.Equal(logits.grad!, "grad_class_logits");
            golden.Equal(regression.grad!, "grad_box_regression");
            return;
        }

        GoldenTensors.LoadFormula(
            heads,
            golden.Params.Text("prefix", ""),
            "roi_heads.",
            golden.Params.GetProperty("weight_overrides")
                .EnumerateObject()
                .ToDictionary(entry => entry.Name, entry => entry.Value.Doubles()));
        Tensor[] features = [.. GoldenDetector.Numbered(golden, "/f").Select(entry => golden.Tensor(entry).requires_grad_())];
        var targets = GoldenDetector.Targets(golden);
        heads.train();
        var samples = heads.Sample(proposals, targets);
        var sampledBoxes = samples.Boxes.split(samples.Counts);
        var labels = samples.Labels.split(samples.Counts);
        var regressionTargets = samples.RegressionTargets.split(samples.Counts);
        for (var image = 0; image < targets.Length; image++)
        {
            var index = tensor(golden.Read(golden.Expected.GetProperty($"sampled_index_{image}")).Longs);
            Assert.True(sampledBoxes[image].eq(cat([proposals[image], targets[image].Boxes]).index_select(0, index)).all().item<bool>());
            golden.Equal(labels[image], $"sampled_labels_{image}");
            var positive = labels[image].gt(0).nonzero().view(-1);
            golden.Equal(positive, $"sampled_pos_{image}");
            golden.Equal(regressionTargets[image].index_select(0, positive), $"sampled_pos_targets_{image}");
        }

        var prediction = heads.Predict(features, samples.BoxesOfImages(), sizes);
        var losses = RoIHeads.Losses(
            prediction.ClassLogits, prediction.BoxRegression, samples.Labels, samples.RegressionTargets, options.BoxLossBeta);
        EqualLosses(losses.Classifier, losses.BoxReg);
        (losses.Classifier + losses.BoxReg).backward();
        golden.EqualGradientNorms(heads);
        var named = heads.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        heads.eval();
        var evaluation = heads.Predict(features, proposals, sizes);
        golden.Equal(evaluation.Pooled, "pooled");
        golden.Equal(evaluation.ClassLogits, "class_logits");
        golden.Equal(evaluation.BoxRegression, "box_regression");
        Detections(heads.PostProcess(evaluation.ClassLogits, evaluation.BoxRegression, proposals, sizes));

        void EqualLosses(Tensor classifier, Tensor boxes)
        {
            golden.Equal((double)classifier.item<float>(), "losses", "loss_classifier");
            golden.Equal((double)boxes.item<float>(), "losses", "loss_box_reg");
        }

        void Detections(IReadOnlyList<ImageDetections> found)
        {
            var back = detector.ToOriginalImage(found, originals, sizes);
            for (var image = 0; image < found.Count; image++)
            {
                golden.EqualDetections(found[image], $"detections_{image}");
                golden.EqualDetections(back[image], $"detections_original_{image}");
            }
        }
    }

    /// <summary>The preset with the numbers that a case names.</summary>
    private static DetectorOptions Options(GoldenCase golden) => golden.Params.EnumerateObject()
        .Where(
            entry => (entry.Name.StartsWith("rpn_", StringComparison.Ordinal) || entry.Name.StartsWith("box_", StringComparison.Ordinal))
                && entry.Name != "box_reg_weights")
        .Aggregate(GoldenDetector.Paper.Detector, (current, entry) => GoldenDetector.With(current, entry.Name, entry.Value));
}
