using Pipeline.Golden;
using Pipeline.Training.Backbones;
using Pipeline.Training.Detection;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Backbones;

public sealed class BackboneGoldenTests
{
    [Theory(SkipTestWithoutData = true), GoldenData("backbone", "fpn")]
    public void The_pyramid_and_its_gradients_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        int[] channels = [.. golden.Params.GetProperty("in_channels").Doubles().Select(value => (int)value)];
        using var pyramid = new FeaturePyramidNetwork(channels, golden.Params.GetProperty("out_channels").GetInt32());
        GoldenTensors.LoadFormula(pyramid, golden.Params.Text("prefix", ""), golden.Params.Text("name_prefix", ""));
        Tensor[] inputs = [.. golden.Inputs.EnumerateObject().Select(entry => golden.Tensor(entry.Value).requires_grad_())];

        var outputs = pyramid.call(inputs);

        MeanOfSquares(outputs).backward();
        for (var level = 0; level < inputs.Length; level++)
        {
            golden.Equal(outputs[level], $"out_{level}");
            golden.Equal(inputs[level].grad!, $"grad_in_{level}");
        }

        golden.Equal(outputs[^1], "out_pool");
        golden.EqualGradientNorms(pyramid);
    }

    [Theory(SkipTestWithoutData = true), GoldenData("backbone", "resnet")]
    public void The_residual_body_and_its_gradients_equal_the_reference(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var parameters = golden.Params;
        var norm = parameters.Text("norm", "frozen") == "frozen" ? BatchNormMode.Frozen : BatchNormMode.Train;
        using var backbone = new PyramidBackbone(new DetectorOptions
        {
            NumClasses = 2,
            Backbone = new ResNetOptions
            {
                BatchNorm = norm,
                NormEpsilon = parameters.Double("bn_eps", 1e-5),
                NormMomentum = parameters.Double("bn_momentum", 0.1),
            },
        });
        GoldenTensors.LoadFormula(backbone, parameters.Text("prefix", ""), parameters.Text("name_prefix", "backbone."));
        backbone.train(parameters.GetProperty("train").GetBoolean());
        var images = stack([.. golden.Inputs.EnumerateObject().Select(entry => golden.Tensor(entry.Value))]);
        var batch = (images - 0.45) / 0.225;

        var body = backbone.Body.call(batch);
        var levels = backbone.Fpn.call(body);
        var loss = MeanOfSquares(levels);
        loss.backward();

        for (var i = 0; i < body.Count; i++)
        {
            golden.Equal(body[i], $"body_{i}");
            golden.Equal(levels[i], $"fpn_{i}");
        }

        golden.Equal(levels[^1], "fpn_pool");
        golden.Equal((double)loss.item<float>(), "loss");
        golden.EqualGradientNorms(backbone);
        if (norm == BatchNormMode.Train)
        {
            var state = backbone.state_dict();
            golden.EqualChosen("after/", key => key == "num_batches_tracked" ? state["body.bn1.num_batches_tracked"] : state[key]);
        }
    }

    [Theory(SkipTestWithoutData = true), GoldenData("backbone", "state_dict_keys")]
    public void Names_shapes_order_and_trained_parameters_are_torchvisions(string name)
    {
        using var scope = NewDisposeScope();
        var golden = GoldenCase.Load(name);
        var classes = golden.Params.GetProperty("num_classes").GetInt32();
        DetectorOptions Options(BatchNormMode norm, int stages) =>
            new() { NumClasses = classes, Backbone = new ResNetOptions { BatchNorm = norm, TrainableStages = stages } };

        using var detector = new FasterRcnn(Options(BatchNormMode.Train, 5));
        Assert.Equal(
            golden.Expected.GetProperty("state_dict")
                .EnumerateArray()
                .Select(entry => $"{entry[0]} [{string.Join(", ", entry[1].EnumerateArray())}] {entry[2]}"),
            StateDict.InOrder(detector).Select(
                entry => $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {(entry.Value.dtype == int64 ? "int64" : "float32")}"));
        Assert.Equal(
            golden.Expected.GetProperty("parameters_in_order").EnumerateArray().Select(entry => entry.GetString()),
            detector.named_parameters().Select(entry => entry.name));
        Assert.Equal(golden.Expected.GetProperty("parameter_count").GetInt64(), detector.parameters().Sum(parameter => parameter.numel()));

        (string Prefix, BatchNormMode Norm)[] variants =
        [
            ("frozen_norm_trainable_", BatchNormMode.Frozen),
            ("batch_norm_trainable_", BatchNormMode.Train),
        ];
        foreach (var (prefix, norm) in variants)
        {
            for (var stages = 0; stages <= 5; stages++)
            {
                using var variant = new FasterRcnn(Options(norm, stages));
                var trained = variant.Backbone.parameters().Where(parameter => parameter.requires_grad).ToList();
                var expected = golden.Expected.GetProperty(prefix + stages);
                Assert.Equal(expected.GetProperty("tensors").GetInt32(), trained.Count);
                Assert.Equal(expected.GetProperty("elements").GetInt64(), trained.Sum(parameter => parameter.numel()));
            }
        }
    }

    private static Tensor MeanOfSquares(IReadOnlyList<Tensor> levels) =>
        levels.Select(level => level.square().mean()).Aggregate((a, b) => a + b);
}
