using System.Security.Cryptography;
using Pipeline.Golden;
using Pipeline.Training.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection;

/// <summary>
/// The whole detector beside torchvision, and with the preset <c>paper</c> beside detectron2 0.3 as the authors configured it.
/// </summary>
public sealed class DetectorGoldenTests
{
    [Theory(SkipTestWithoutData = true)]
    [GoldenData("detector", "detector_eval")]
    [GoldenData("paper", "paper_detector_eval")]
    public void Features_proposals_and_detections_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = GoldenDetector.Build(golden);
        detector.eval();
        var images = GoldenDetector.Images(golden);

        var trace = detector.DetectWithTrace(images);

        if (golden.Topic == "paper")
        {
            EqualSizes(golden, trace, "resized_sizes");
            EqualResizedBytes(golden, trace, images);
        }
        else
        {
            EqualSizes(golden, trace, "image_sizes_after_resize");
            Assert.Equal(golden.Expected.GetProperty("batch_shape").Doubles().Select(value => (long)value), trace.Batch.shape);
        }

        golden.Equal(trace.Batch, "batch");
        golden.EqualChosen("feature_", key => trace.Features[key == "pool" ? trace.Features.Count - 1 : int.Parse(key)]);
        golden.EqualChosen("objectness_", key => trace.Rpn.Maps[int.Parse(key)].Objectness);
        golden.EqualChosen("deltas_", key => trace.Rpn.Maps[int.Parse(key)].Deltas);
        Assert.Equal(images.Length, trace.Detections.Count);
        for (var image = 0; image < images.Length; image++)
        {
            var proposals = trace.Proposals[image].Boxes;
            Assert.Equal(golden.Expected.GetProperty("proposal_count")[image].GetInt64(), proposals.shape[0]);
            golden.Equal(proposals[..20], golden.Expected.GetProperty("proposals_first20")[image], "proposals_first20");
            golden.Equal(proposals.mean([0]), golden.Expected.GetProperty("proposals_mean")[image], "proposals_mean");
            golden.EqualDetections(trace.Detections[image], $"detections_{image}");
        }
    }

    [Theory(SkipTestWithoutData = true)]
    [GoldenData("detector", "detector_train")]
    [GoldenData("paper", "paper_detector_train")]
    public void Losses_gradients_and_weights_of_the_first_steps_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        using var detector = GoldenDetector.Build(golden);
        detector.train();
        var named = detector.named_parameters()
            .Where(entry => entry.parameter.requires_grad)
            .ToDictionary(entry => entry.name, entry => entry.parameter);
        Assert.Equal(golden.Expected.GetProperty("trainable_parameters").EnumerateArray().Select(entry => entry.GetString()!), named.Keys);
        var before = detector.state_dict().ToDictionary(entry => entry.Key, entry => entry.Value.clone().detach());
        var targets = GoldenDetector.Targets(golden);
        var images = GoldenDetector.Images(golden);
        var sgd = golden.Params.GetProperty("sgd");
        using var optimizer = optim.SGD(
            named.Values,
            sgd.GetProperty("lr").GetDouble(),
            sgd.GetProperty("momentum").GetDouble(),
            weight_decay: sgd.GetProperty("weight_decay").GetDouble());
        var steps = golden.Expected.GetProperty("losses_per_step").GetArrayLength();

        for (var step = 1; step <= steps; step++)
        {
            using var stepScope = NewDisposeScope();
            var losses = detector.Losses(images, targets);
            EqualLosses(golden, step, losses);
            optimizer.zero_grad();
            losses.Sum().backward();
            if (step == 1)
            {
                golden.EqualGradientNorms(detector);
                golden.EqualChosen("grad/", key => named[key].grad!);
            }

            optimizer.step();
            if (step == 1 || step == steps)
            {
                EqualWeights(golden, step, before, detector.state_dict());
            }
        }
    }

    private static void EqualSizes(GoldenCase golden, DetectionTrace trace, string name) =>
        Assert.Equal(golden.Expected.GetProperty(name).EnumerateArray().Select(GoldenTensors.Size), trace.Sizes);

    private static void EqualResizedBytes(GoldenCase golden, DetectionTrace trace, Tensor[] images)
    {
        for (var image = 0; image < images.Length; image++)
        {
            var resized = AntialiasedResize.ResizeBytes(images[image], trace.Sizes[image]);
            var digest = Convert.ToHexStringLower(SHA256.HashData(resized.contiguous().bytes));
            Assert.Equal(golden.Expected.GetProperty("resized_sha256")[image].GetString(), digest);
        }
    }

    private static void EqualLosses(GoldenCase golden, int step, DetectorLosses losses)
    {
        Equal("loss_classifier", losses.Classifier);
        Equal("loss_box_reg", losses.BoxReg);
        Equal("loss_objectness", losses.Objectness);
        Equal("loss_rpn_box_reg", losses.RpnBoxReg);

        void Equal(string name, Tensor loss)
        {
            var expected = golden.Expected.GetProperty("losses_per_step")[step - 1].GetProperty(name).GetDouble();
            var tolerance = golden.Tolerance("losses_per_step", name);
            GoldenComparison.Close($"step {step} {name}", loss.item<float>(), expected, tolerance.Around(expected));
        }
    }

    private static void EqualWeights(
        GoldenCase golden,
        int step,
        Dictionary<string, Tensor> before,
        Dictionary<string, Tensor> after)
    {
        golden.EqualChosen($"step{step}/", key => after[key]);
        var name = $"step{step}_change_norm";
        foreach (var change in golden.Expected.GetProperty(name).EnumerateObject())
        {
            var norm = (after[change.Name].detach() - before[change.Name]).to(float64).norm().item<double>();
            golden.Equal(norm, name, change.Name);
        }
    }
}
