using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class RoIHeadsGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("roiheads", "roi_heads")]
    public void Sampling_losses_gradients_and_detections_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var options = Options(golden);
        using var heads = new RoIHeads(options, GoldenTensors.FirstByIndex);
        GoldenTensors.LoadFormula(heads, golden.Params.Text("prefix", ""), "roi_heads.", new Dictionary<string, double[]>
        {
            ["roi_heads.box_predictor.cls_score.bias"] = golden.Params.GetProperty("cls_bias").Doubles(),
        });
        var featureEntries = golden.Inputs.EnumerateObject()
            .Where(entry => entry.Name.Contains("roif_", StringComparison.Ordinal))
            .ToArray();
        Tensor[] features = [.. featureEntries.Select(entry => golden.Tensor(entry.Value).requires_grad_())];
        Tensor[] proposals = [.. Numbered("proposals_").Select(entry => golden.Tensor(entry))];
        DetectionTarget[] targets = [
            .. Numbered("target_").Select(
                entry => new DetectionTarget(golden.Tensor(entry.GetProperty("boxes")), golden.Tensor(entry.GetProperty("labels"))))];
        (int Height, int Width)[] sizes = [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)];

        heads.train();
        var samples = heads.Sample(proposals, targets);
        var boxes = samples.Boxes.split(samples.Counts);
        var labels = samples.Labels.split(samples.Counts);
        var objects = samples.Objects.split(samples.Counts);
        var regression = samples.RegressionTargets.split(samples.Counts);
        for (var image = 0; image < targets.Length; image++)
        {
            golden.Equal(labels[image], $"sampled_labels_{image}");
            golden.Equal(objects[image], $"sampled_matched_{image}");
            golden.Equal(boxes[image], $"sampled_proposals_{image}");
            var positive = labels[image].gt(0).nonzero().view(-1);
            golden.Equal(positive, $"sampled_pos_{image}");
            golden.Equal(regression[image].index_select(0, positive), $"sampled_pos_targets_{image}");
        }

        var prediction = heads.Predict(features, samples.BoxesOfImages(), sizes);
        var losses = RoIHeads.Losses(
            prediction.ClassLogits, prediction.BoxRegression, samples.Labels, samples.RegressionTargets);
        golden.Equal((double)losses.Classifier.item<float>(), "losses", "loss_classifier");
        golden.Equal((double)losses.BoxReg.item<float>(), "losses", "loss_box_reg");
        (losses.Classifier + losses.BoxReg).backward();
        golden.EqualGradientNorms(heads);
        var named = heads.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
        golden.EqualChosen("grad/", key => named[key].grad!);
        golden.EqualChosen("grad_feature_norm_", key => tensor(
            features[
                Array.FindIndex(featureEntries, entry => entry.Name.EndsWith("roif_" + key, StringComparison.Ordinal))].grad is { } gradient
                ? gradient.to(float64).norm().item<double>()
                : 0, dtype: float64));

        heads.eval();
        var evaluation = heads.Predict(features, proposals, sizes);
        golden.Equal(evaluation.Pooled, "pooled");
        golden.Equal(evaluation.Hidden, "box_head");
        golden.Equal(evaluation.ClassLogits, "class_logits");
        golden.Equal(evaluation.BoxRegression, "box_regression");
        var detections = heads.PostProcess(evaluation.ClassLogits, evaluation.BoxRegression, proposals, sizes);
        for (var image = 0; image < detections.Count; image++)
        {
            golden.EqualDetections(detections[image], $"detections_{image}");
        }

        IEnumerable<System.Text.Json.JsonElement> Numbered(string prefix) =>
            golden.Inputs.EnumerateObject()
                .Where(entry => entry.Name.StartsWith(prefix, StringComparison.Ordinal))
                .OrderBy(entry => entry.Name, StringComparer.Ordinal)
                .Select(entry => entry.Value);
    }

    [Theory(SkipTestWithoutData = true), GoldenData("roiheads", "roi_postprocess")]
    public void Post_processing_and_the_loss_function_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var heads = new RoIHeads(Options(golden) with { FpnChannels = 4, BoxHeadChannels = 4 }, GoldenTensors.FirstByIndex);
        var logits = golden.InputTensor("class_logits").requires_grad_();
        var regression = golden.InputTensor("box_regression").requires_grad_();
        Tensor[] proposals = [golden.InputTensor("proposals_0"), golden.InputTensor("proposals_1")];

        var detections = heads.PostProcess(
            logits, regression, proposals, [.. golden.Params.GetProperty("image_sizes").EnumerateArray().Select(GoldenTensors.Size)]);
        var losses = RoIHeads.Losses(logits, regression, golden.InputTensor("labels"), golden.InputTensor("regression_targets"));

        golden.EqualDetections(detections[0], "detections_0");
        golden.EqualDetections(detections[1], "detections_1");
        golden.Equal((double)losses.Classifier.item<float>(), "loss_classifier");
        golden.Equal((double)losses.BoxReg.item<float>(), "loss_box_reg");
        (losses.Classifier + losses.BoxReg).backward();
        golden.Equal(logits.grad!, "grad_class_logits");
        golden.Equal(regression.grad!, "grad_box_regression");
    }

    private static DetectorOptions Options(GoldenCase golden) => new()
    {
        NumClasses = golden.Params.GetProperty("num_classes").GetInt32(),
        FpnChannels = golden.Params.Int("channels", 256),
        BoxHeadChannels = golden.Params.Int("representation", 1024),
        BoxScoreThresh = golden.Params.Double("score_thresh", 0.05),
        BoxNmsThresh = golden.Params.Double("nms_thresh", 0.5),
        BoxDetectionsPerImg = golden.Params.Int("detections_per_img", 100),
        BoxBatchSizePerImage = golden.Params.Int("batch_size_per_image", 512),
        BoxPositiveFraction = golden.Params.Double("positive_fraction", 0.25),
        BoxFgIouThresh = golden.Params.Double("fg_iou", 0.5),
        BoxBgIouThresh = golden.Params.Double("bg_iou", 0.5),
        BboxRegWeights = golden.Params.GetProperty("reg_weights").Doubles(),
    };
}
