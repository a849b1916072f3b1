using Pipeline.Training.Backbones;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Backbones;

public sealed class FrozenStageTests
{
    [Theory]
    [InlineData(0), InlineData(2), InlineData(4), InlineData(5)]
    public void Live_norms_of_frozen_stages_keep_their_statistics_and_use_them(int trainableStages)
    {
        using var scope = NewDisposeScope();
        manual_seed(1);
        using var backbone = new ResNet(new ResNetOptions
        {
            Architecture = "resnet18",
            WidthMultiplier = 0.125,
            BatchNorm = BatchNormMode.Train,
            TrainableStages = trainableStages,
        });
        var image = rand(2, 3, 64, 64);
        backbone.eval();
        var before = backbone.call(image);
        var statistics = Means(backbone);

        backbone.train();
        var trained = backbone.call(image);

        string[] stages = ["conv1", "layer1", "layer2", "layer3", "layer4"];
        var frozen = stages[..^trainableStages];
        foreach (var (name, mean) in Means(backbone))
        {
            var stage = name.Split('.')[0].Replace("bn1", "conv1", StringComparison.Ordinal);
            Assert.Equal(frozen.Contains(stage), mean.eq(statistics[name]).all().item<bool>());
        }

        for (var map = 0; map < frozen.Length - 1; map++)
        {
            Assert.True(trained[map].allclose(before[map]), $"map {map} of {frozen.Length} frozen stages");
        }
    }

    private static Dictionary<string, Tensor> Means(ResNet backbone) => StateDict.InOrder(backbone)
        .Where(entry => entry.Key.EndsWith("running_mean", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone());
}
