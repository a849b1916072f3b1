using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class RpnGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("rpn", "rpn")]
    public void Proposals_labels_losses_and_gradients_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var parameters = golden.Params;
        var options = new DetectorOptions
        {
            NumClasses = 2,
            FpnChannels = parameters.GetProperty("channels").GetInt32(),
            AnchorSizes = [.. parameters.GetProperty("anchor_sizes").Doubles().Select(size => new[] { (int)size })],
            AspectRatios = parameters.GetProperty("aspect_ratios").Doubles(),
            RpnPreNmsTopNTrain = parameters.GetProperty("pre_train").GetInt32(),
            RpnPreNmsTopNTest = parameters.GetProperty("pre_test").GetInt32(),
            RpnPostNmsTopNTrain = parameters.GetProperty("post_train").GetInt32(),
            RpnPostNmsTopNTest = parameters.GetProperty("post_test").GetInt32(),
            RpnNmsThresh = parameters.GetProperty("nms").GetDouble(),
            RpnScoreThresh = parameters.Double("score", 0),
            RpnFgIouThresh = parameters.Double("fg_iou", 0.7),
            RpnBgIouThresh = parameters.Double("bg_iou", 0.3),
            RpnBatchSizePerImage = parameters.Int("batch_size_per_image", SampleSize(golden)),
            RpnPositiveFraction = parameters.Double("positive_fraction", 0.5),
        };
        using var rpn = new RegionProposalNetwork(options, GoldenTensors.FirstByIndex);
        GoldenTensors.LoadFormula(rpn, parameters.Text("prefix", ""), parameters.Text("name_prefix", "rpn."));
        var featureEntries = golden.Inputs.EnumerateObject()
            .Where(entry => entry.Name.Contains("rpnf_", StringComparison.Ordinal))
            .ToArray();
        Tensor[] features = [.. featureEntries.Select(entry => golden.Tensor(entry.Value).requires_grad_())];
        Tensor[] objects = [
            .. golden.Inputs.EnumerateObject()
                .Where(entry => entry.Name.StartsWith("gt_", StringComparison.Ordinal))
                .Select(entry => golden.Tensor(entry.Value))];
        (int Height, int Width)[] sizes = [.. parameters.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];

        rpn.train();
        var output = rpn.Predict(features, GoldenTensors.Size(parameters.GetProperty("batch_h_w")));
        for (var level = 0; level < features.Length; level++)
        {
            golden.Equal(output.Maps[level].Objectness, $"objectness_{level}");
            golden.Equal(output.Maps[level].Deltas, $"deltas_{level}");
        }

        golden.Equal(output.Objectness.reshape(-1, 1), "objectness_flat");
        golden.Equal(output.Deltas.reshape(-1, 4), "deltas_flat");
        Proposals("train");

        DetectionTarget[] targets = [.. objects.Select(boxes => new DetectionTarget(boxes, ones(boxes.shape[0], dtype: int64)))];
        var losses = rpn.Losses(output, targets);
        golden.Equal((double)losses.Objectness.item<float>(), "losses", "loss_objectness");
        golden.Equal((double)losses.BoxReg.item<float>(), "losses", "loss_rpn_box_reg");
        var anchors = output.Anchors.shape[0];
        var sampler = new BalancedPositiveNegativeSampler(
            options.RpnBatchSizePerImage, options.RpnPositiveFraction, GoldenTensors.FirstByIndex);
        for (var image = 0; image < objects.Length; image++)
        {
            var (labels, matched) = rpn.Assign(output.Anchors, objects[image]);
            golden.Equal(labels, $"labels_{image}");
            var positive = labels.eq(1).nonzero().view(-1);
            golden.Equal(positive, $"positives_{image}");
            golden.Equal(matched.index_select(0, positive), $"positives_gt_{image}");
            golden.Equal(
                new BoxCoder([1, 1, 1, 1]).Encode(matched.index_select(0, positive), output.Anchors.index_select(0, positive)),
                $"positives_targets_{image}");
            var sample = sampler.Sample([labels]);
            golden.Equal(sample.Positive, $"sample_pos_{image}");
            var negatives = sample.All.index_select(0, labels.index_select(0, sample.All).eq(0).nonzero().view(-1));
            golden.Equal(negatives.shape[0], $"sample_neg_count_{image}");
            golden.Equal(negatives[^1].item<long>(), $"sample_neg_last_{image}");
        }

        (losses.Objectness + losses.BoxReg).backward();
        golden.EqualGradientNorms(rpn);
        var named = rpn.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        for (var level = 0; level < features.Length; level++)
        {
            var norm = features[level].grad is { } gradient ? gradient.to(float64).norm().item<double>() : 0;
            golden.Equal(norm, "grad_feature_norm_" + featureEntries[level].Name.Split("rpnf_")[1]);
        }

        rpn.eval();
        Proposals("test");

        void Proposals(string mode)
        {
            var proposals = rpn.Propose(output, sizes);
            for (var image = 0; image < proposals.Count; image++)
            {
                golden.Equal(proposals[image].Boxes, $"proposals_{mode}_{image}");
                golden.Equal(proposals[image].Scores, $"proposal_scores_{mode}_{image}");
            }
        }
    }

    /// <summary>The file does not name the sample's size; every image has enough background to fill it.</summary>
    private static int SampleSize(GoldenCase golden) =>
        golden.Expected.GetProperty("sample_neg_count_0").GetInt32()
            + (int)golden.Read(golden.Expected.GetProperty("sample_pos_0")).Shape[0];
}
