using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

/// <summary>
/// Which layers compute in the reduced type is seen from outside: weights that are numbers of that type may change by less than half of its step,
/// and the layer's results stay the same bits. A layer that computes in float32 shows such a change, as all of them do in float32.
/// </summary>
public sealed class ReducedPrecisionTests
{
    private const double Change = 1.0 / (1 << 13);

    /// <summary>Small gradients would be zero in float16; a training's are scaled, too.</summary>
    private const double GradientScale = 4096;

    private static readonly ResNetOptions Narrow = new() { Architecture = "resnet18", WidthMultiplier = 0.25, BatchNorm = BatchNormMode.Train };

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Every_convolution_and_linear_layer_of_the_detector_computes_in_the_reduced_type(ScalarType type)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector();
        detector.train();
        var batch = randn(2, 3, 64, 128);
        var boxes = tensor(new float[] { 4, 4, 60, 50, 30, 10, 100, 60, 0, 0, 128, 64 }, [3, 4]);

        var layers = ComputingIn(type, detector, value => detector.ComputeType = value, () => cat([.. Results(detector, batch, boxes).Select(result => result.flatten())]));

        Assert.Equal(20 + 8 + 3 + 4, layers);   // ResNet-18, pyramid, proposal head, box head
    }

    [Theory]
    [InlineData(ScalarType.BFloat16)]
    [InlineData(ScalarType.Float16)]
    public void Every_convolution_and_linear_layer_of_the_contrastive_model_computes_in_the_reduced_type(ScalarType type)
    {
        using var scope = NewDisposeScope();
        manual_seed(3);
        using var model = ContrastiveModel.OfResNet(new ResNet(Narrow), 8, jigsaw: true);
        model.train();
        var images = randn(4, 3, 64, 64);
        var patches = randn(4 * JigsawHead.Patches, 3, 32, 32);
        var order = stack([.. Enumerable.Range(0, 4).Select(_ => randperm(JigsawHead.Patches))]);

        var layers = ComputingIn(type, model, value => model.ComputeType = value, () => cat([model.Project(images), model.ProjectJigsaw(patches, order)]));

        Assert.Equal(20 + 2 + 3, layers);   // ResNet-18, head, jigsaw head
    }

    [Theory]
    [InlineData(ScalarType.BFloat16, 0.05)]
    [InlineData(ScalarType.Float16, 0.01)]
    public void Maps_predictions_and_gradients_in_the_reduced_type_are_float32_numbers_near_those_of_float32(ScalarType type, double bound)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector();
        detector.eval();
        var batch = randn(2, 3, 64, 128);
        var boxes = tensor(new float[] { 4, 4, 60, 50, 30, 10, 100, 60 }, [2, 4]);
        string[] watched =
        [
            "backbone.body.layer4.1.conv2.weight", "backbone.fpn.inner_blocks.0.0.weight", "backbone.fpn.layer_blocks.1.0.weight",
            "rpn.head.conv.0.0.weight", "rpn.head.bbox_pred.weight", "roi_heads.box_head.fc6.weight", "roi_heads.box_predictor.cls_score.weight",
        ];
        (Tensor[] Results, Tensor[] Gradients) Pass(ScalarType computed)
        {
            detector.ComputeType = computed;
            detector.zero_grad();
            var results = Results(detector, batch, boxes);
            (GradientScale * results.Select(result => result.pow(2).mean()).Aggregate((sum, next) => sum + next)).backward();
            var parameters = detector.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter);
            return ([.. results.Select(result => result.detach())], [.. watched.Select(name => parameters[name].grad!.clone())]);
        }

        var exact = Pass(ScalarType.Float32);
        var reduced = Pass(type);

        Assert.All(reduced.Results.Concat(reduced.Gradients), value => Assert.Equal(ScalarType.Float32, value.dtype));
        Assert.All(exact.Results.Zip(reduced.Results), pair =>
            Assert.InRange(((pair.Second - pair.First).norm() / pair.First.norm()).item<float>(), 1e-7, bound));
        Assert.All(exact.Gradients.Zip(reduced.Gradients), pair =>
            Assert.InRange(nn.functional.cosine_similarity(pair.First.flatten(), pair.Second.flatten(), 0).item<float>(), 0.99, 1.001));
    }

    /// <summary>What both heads say of all levels of two images of 128 × 64, and of boxes in them.</summary>
    private static Tensor[] Results(FasterRcnn detector, Tensor batch, Tensor boxes)
    {
        var maps = detector.Backbone.call(batch);
        Assert.All(maps, map => Assert.Equal(detector.ComputeType, map.dtype));
        var rpn = detector.Rpn.Predict(maps, (64, 128));
        var heads = detector.RoiHeads.Predict(maps, [boxes, boxes], [(64, 128), (64, 128)]);
        return [rpn.Objectness, rpn.Deltas, heads.Pooled, heads.ClassLogits, heads.BoxRegression];
    }

    private static FasterRcnn Detector()
    {
        manual_seed(2);
        var options = new DetectorOptions
        {
            NumClasses = 4,
            Backbone = Narrow,
            FpnChannels = 16,
            BoxHeadChannels = 32,
            MinSizePixels = 64,
            MaxSizePixels = 128,
        };
        return new FasterRcnn(options, GoldenTensors.FirstByIndex);
    }

    /// <returns>How many layers were looked at; each of them computes in the type.</returns>
    private static int ComputingIn(ScalarType type, nn.Module model, Action<ScalarType> compute, Func<Tensor> run)
    {
        using var _ = no_grad();
        foreach (var parameter in model.parameters())
        {
            parameter.copy_(parameter.to(type).to(float32));
        }

        compute(ScalarType.Float32);
        var exact = run();
        compute(type);
        var reduced = run();
        Assert.Equal(ScalarType.Float32, reduced.dtype);
        var layers = 0;
        foreach (var (name, module) in model.named_modules())
        {
            if (module is not (Conv2d or Linear))
            {
                continue;
            }

            layers++;
            var weight = module.get_parameter("weight")!;
            var before = weight.clone();
            weight.mul_(1 + Change * (rand_like(weight) - 0.5).sign());
            Assert.True(run().Equals(reduced), $"{name} does not compute in {type}");
            compute(ScalarType.Float32);
            Assert.False(run().Equals(exact), $"{name} has no part in the result");
            compute(type);
            weight.copy_(before);
        }

        return layers;
    }
}
