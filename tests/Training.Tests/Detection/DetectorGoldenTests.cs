using System.Text.Json;
using Pipeline.Golden;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

public sealed class DetectorGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("detector", "detector_eval")]
    public void Features_proposals_and_detections_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = Detector(golden);
        detector.eval();

        var trace = detector.DetectWithTrace(Images(golden));

        Assert.Equal(golden.Expected.GetProperty("image_sizes_after_resize").EnumerateArray().Select(GoldenTensors.Size), trace.Sizes);
        Assert.Equal(golden.Expected.GetProperty("batch_shape").Doubles().Select(value => (long)value), trace.Batch.shape);
        golden.Equal(trace.Batch, "batch");
        golden.EqualChosen("feature_", key => trace.Features[key == "pool" ? trace.Features.Count - 1 : int.Parse(key)]);
        golden.EqualChosen("objectness_", key => trace.Rpn.Maps[int.Parse(key)].Objectness);
        golden.EqualChosen("deltas_", key => trace.Rpn.Maps[int.Parse(key)].Deltas);
        for (var image = 0; image < trace.Detections.Count; image++)
        {
            var proposals = trace.Proposals[image].Boxes;
            Assert.Equal(golden.Expected.GetProperty("proposal_count")[image].GetInt64(), proposals.shape[0]);
            golden.Equal(proposals[..20], golden.Expected.GetProperty("proposals_first20")[image], "proposals_first20");
            golden.Equal(proposals.mean([0]), golden.Expected.GetProperty("proposals_mean")[image], "proposals_mean");
            golden.EqualDetections(trace.Detections[image], $"detections_{image}");
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("detector", "detector_train")]
    public void Three_steps_of_losses_gradients_and_weights_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = Detector(golden);
        detector.train();
        var named = detector.named_parameters()
            .Where(entry => entry.parameter.requires_grad)
            .ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(golden.Expected.GetProperty("trainable_parameters").EnumerateArray().Select(entry => entry.GetString()!), named.Keys);
        var before = detector.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().detach());
        DetectionTarget[] targets = [
            .. golden.Inputs.EnumerateObject().Where(entry => entry.Name.StartsWith("target_", StringComparison.Ordinal))
            .Select(entry => new DetectionTarget(
                golden.Tensor(entry.Value.GetProperty("boxes")), golden.Tensor(entry.Value.GetProperty("labels"))))];
        var images = Images(golden);
        var sgd = golden.Params.GetProperty("sgd");
        using var optimizer = optim.SGD(
            named.Values,
            sgd.GetProperty("lr").GetDouble(),
            sgd.GetProperty("momentum").GetDouble(),
            weight_decay: sgd.GetProperty("weight_decay").GetDouble());
        var steps = golden.Expected.GetProperty("losses_per_step").EnumerateArray().ToArray();

        for (var step = 1; step <= steps.Length; step++)
        {
            using var stepScope = NewDisposeScope();
            var losses = detector.Losses(images, targets);
            EqualLoss("loss_classifier", losses.Classifier);
            EqualLoss("loss_box_reg", losses.BoxReg);
            EqualLoss("loss_objectness", losses.Objectness);
            EqualLoss("loss_rpn_box_reg", losses.RpnBoxReg);
            optimizer.zero_grad();
            losses.Sum().backward();
            if (step == 1)
            {
                golden.EqualGradientNorms(detector);
                golden.EqualChosen("grad/", key => named[key].grad!);
            }

            optimizer.step();
            var state = detector.state_dict();
            golden.EqualChosen($"step{step}/", key => state[key]);
            if (golden.Expected.TryGetProperty($"step{step}_change_norm", out var changes))
            {
                foreach (var change in changes.EnumerateObject())
                {
                    golden.Equal(
                        (state[change.Name].detach() - before[change.Name]).to(float64).norm().item<double>(),
                        $"step{step}_change_norm",
                        change.Name);
                }
            }

            void EqualLoss(string loss, Tensor ours)
            {
                var expected = steps[step - 1].GetProperty(loss).GetDouble();
                var (absolute, relative) = golden.Tolerance("losses_per_step", loss);
                GoldenComparison.Close($"step {step} {loss}", ours.item<float>(), expected, absolute + relative * Math.Abs(expected));
            }
        }
    }

    private static Tensor[] Images(GoldenCase golden) =>
        [
            .. golden.Inputs
                .EnumerateObject()
                .Where(entry => entry.Name.StartsWith("image", StringComparison.Ordinal))
                .Select(entry => golden.Tensor(entry.Value)),
        ];

    private static FasterRcnn Detector(GoldenCase golden)
    {
        var parameters = golden.Params;
        var options = new DetectorOptions
        {
            NumClasses = parameters.GetProperty("num_classes").GetInt32(),
            Backbone = new ResNetOptions
            {
                BatchNorm = parameters.Text("norm", "frozen") == "frozen" ? BatchNormMode.Frozen : BatchNormMode.Train,
                NormEpsilon = parameters.Double("frozen_bn_eps", parameters.Double("bn_eps", 1e-5)),
                NormMomentum = parameters.Double("bn_momentum", 0.1),
                TrainableStages = parameters.Int("trainable_layers", 5),
            },
        };
        foreach (var entry in parameters.GetProperty("detector").EnumerateObject())
        {
            options = With(options, entry.Name, entry.Value);
        }

        var detector = new FasterRcnn(options, GoldenTensors.FirstByIndex);
        var overrides = parameters.TryGetProperty("weight_overrides", out var lists)
            ? lists.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.Doubles())
            : [];
        GoldenTensors.LoadFormula(detector, parameters.Text("prefix", ""), "", overrides);
        return detector;
    }

    internal static DetectorOptions With(DetectorOptions options, string name, JsonElement value) => name switch
    {
        "min_size" => options with { MinSizePixels = value.GetInt32() },
        "max_size" => options with { MaxSizePixels = value.GetInt32() },
        "rpn_pre_nms_top_n_train" => options with { RpnPreNmsTopNTrain = value.GetInt32() },
        "rpn_pre_nms_top_n_test" => options with { RpnPreNmsTopNTest = value.GetInt32() },
        "rpn_post_nms_top_n_train" => options with { RpnPostNmsTopNTrain = value.GetInt32() },
        "rpn_post_nms_top_n_test" => options with { RpnPostNmsTopNTest = value.GetInt32() },
        "rpn_nms_thresh" => options with { RpnNmsThresh = value.GetDouble() },
        "rpn_fg_iou_thresh" => options with { RpnFgIouThresh = value.GetDouble() },
        "rpn_bg_iou_thresh" => options with { RpnBgIouThresh = value.GetDouble() },
        "rpn_batch_size_per_image" => options with { RpnBatchSizePerImage = value.GetInt32() },
        "rpn_positive_fraction" => options with { RpnPositiveFraction = value.GetDouble() },
        "rpn_score_thresh" => options with { RpnScoreThresh = value.GetDouble() },
        "box_score_thresh" => options with { BoxScoreThresh = value.GetDouble() },
        "box_nms_thresh" => options with { BoxNmsThresh = value.GetDouble() },
        "box_detections_per_img" => options with { BoxDetectionsPerImg = value.GetInt32() },
        "box_fg_iou_thresh" => options with { BoxFgIouThresh = value.GetDouble() },
        "box_bg_iou_thresh" => options with { BoxBgIouThresh = value.GetDouble() },
        "box_batch_size_per_image" => options with { BoxBatchSizePerImage = value.GetInt32() },
        "box_positive_fraction" => options with { BoxPositiveFraction = value.GetDouble() },
        "bbox_reg_weights" => options with { BboxRegWeights = value.Doubles() },
        "image_mean" => options with { ImageMean = value.Doubles() },
        "image_std" => options with { ImageStd = value.Doubles() },
        _ => throw new NotSupportedException($"detector argument {name}"),
    };
}
