using Microsoft.Extensions.Logging.Abstractions;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Probing;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

/// <summary>The presets <c>small</c> begin from ImageNet's weights, and from others when they are named.</summary>
public sealed class ImageNetStartTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("imagenet-start").FullName;

    [Fact]
    public void What_pretraining_makes_of_ImageNets_weights_is_what_fine_tuning_takes_and_resumes_from()
    {
        using var scope = NewDisposeScope();
        var control = new RunControl { Cancellation = TestContext.Current.CancellationToken };
        var retrained = ContrastiveTraining.Run(Pretrain().Option("test", "epochs", 1).Build(), control).BackbonePath;

        var direct = Finetune("direct").Build();
        DetectorTraining.Run(direct, control);
        var onScenes = Finetune("retrained").Option("test", "backboneWeights", retrained).Option("test", "allowLeak", true);
        DetectorTraining.Run(onScenes.Build(), control);

        var digest = ContentDigest.OfFile(ImageNetWeights.FilePath());
        Assert.Contains($"\"backboneWeights\":\"{digest}\"", File.ReadAllText(In("direct/data.json")));
        var resumed = new LayeredConfiguration<FinetuneOptions>().File(In("direct/config.json")).Build();
        Assert.Equal(WeightChoice.ImageNet, resumed.BackboneWeights);
        DetectorTraining.Run(resumed, control with { Resume = true });
    }

    [Fact]
    public void A_probe_measures_ImageNets_weights_beside_random_ones()
    {
        var options = new ProbeOptions { Data = scenes.Folder, Weights = WeightChoice.ImageNet, CropSizePixels = 32 };

        ProbeResult Run(ProbeOptions probed) => FeatureProbe.Run(probed, NullLogger.Instance, TestContext.Current.CancellationToken);

        var result = Run(options);

        Assert.InRange(result.Weights.NearestNeighbors, 0, 1);
        Assert.Contains(
            "name a backbone beside them",
            Assert.Throws<UserErrorException>(() => Run(options with { Weights = "none" })).Message);
    }

    [Theory]
    [InlineData("imagenet", BatchNormMode.Frozen, 3)]
    [InlineData("none", BatchNormMode.Train, 5)]
    public void The_network_is_the_same_from_either_start_and_what_learns_is_not(string weights, BatchNormMode norms, int stages)
    {
        var backbone = BackboneStart.Detector(Finetune("run").Option("test", "backboneWeights", weights).Build()).Backbone;

        Assert.Equal([2, 2, 2, 3], backbone.BlocksPerLayer);
        Assert.Equal((norms, stages), (backbone.BatchNorm, backbone.TrainableStages));
    }

    [Fact]
    public void A_network_whose_blocks_are_open_has_those_of_ImageNets_weights()
    {
        var finetune = Finetune("run").Option("test", "detector.backbone.blocks", null);
        var pretrain = Pretrain().Option("test", "backbone.blocks", null);

        Assert.Equal([2, 2, 2, 3], BackboneStart.Detector(finetune.Build()).Backbone.BlocksPerLayer);
        Assert.Equal([2, 2, 2, 3], pretrain.Build().Network.BlocksPerLayer);
        Assert.Equal([2, 2, 2, 2], pretrain.Option("test", "weights", "none").Build().Network.BlocksPerLayer);
    }

    [Fact]
    public void A_backbone_of_another_shape_is_refused_with_the_settings_that_fit_it()
    {
        var half = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.5, BatchNorm = BatchNormMode.Train };
        using (var backbone = new ResNet(half))
        {
            BackboneCheckpoint.Save(In("half.safetensors"), backbone, half);
        }

        var finetune = Finetune("run").Option("test", "backboneWeights", In("half.safetensors")).Build();
        var pretrain = Pretrain().Option("test", "weights", In("half.safetensors")).Build();

        string[] messages =
        [
            Assert.Throws<UserErrorException>(() => DetectorTraining.Run(finetune)).Message,
            Assert.Throws<UserErrorException>(() => ContrastiveTraining.Run(pretrain)).Message,
        ];

        Assert.All(messages, message => Assert.StartsWith($"{In("half.safetensors")}: the weights are of another architecture: ", message));
        Assert.All(messages, message => Assert.Contains("a ResNet of 2, 2, 2, 2 basic blocks and width 0.5", message));
        Assert.All(messages, message => Assert.Contains("a ResNet of 2, 2, 2, 3 basic blocks and width 1", message));
        Assert.All(messages, message => Assert.Contains("\"widthMultiplier\":0.5,\"blocks\":[2,2,2,2]", message));
        Assert.All(messages, message => Assert.Contains("none", message));
        Assert.False(Directory.Exists(In("run")));
    }

    [Fact]
    public void A_later_layers_detector_takes_the_place_of_an_earlier_layers_backbone_and_the_other_way_round()
    {
        File.WriteAllText(In("detector.json"), """{ "Weights": "detector.safetensors" }""");

        var detector = Finetune("run").Option("test", "weights", "detector.safetensors").Build();
        var backbone = Finetune("run").File(In("detector.json")).Option("test", "backboneWeights", "b.safetensors").Build();
        var none = Finetune("run").File(In("detector.json")).Option("test", "backboneWeights", "none").Build();
        var both = Finetune("run").Option("test", "weights", "a").Option("test", "backboneWeights", "b");
        var misplaced = Finetune("run").Option("test", "weights", "imagenet");

        Assert.Equal(("detector.safetensors", null), (detector.Weights, detector.BackboneWeights));
        Assert.Equal((null, "b.safetensors"), (backbone.Weights, backbone.BackboneWeights));
        Assert.Equal(("detector.safetensors", "none"), (none.Weights, none.BackboneWeights));
        Assert.Contains("omit backboneWeights", Assert.Throws<ConfigurationException>(both.Build).Message);
        Assert.Contains("name them in backboneWeights", Assert.Throws<ConfigurationException>(misplaced.Build).Message);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private LayeredConfiguration<PretrainOptions> Pretrain() => new LayeredConfiguration<PretrainOptions>().Preset("pretrain", "small")
        .Option("test", "images", scenes.Folder)
        .Option("test", "output", In("backbone"))
        .Option("test", "batchSize", 4)
        .Option("test", "contrastive.queueSize", 8)
        .Option("test", "views.sizePixels", 32)
        .Option("test", "patches.cropSizePixels", 48)
        .Option("test", "patches.patchSizePixels", 12);

    private LayeredConfiguration<FinetuneOptions> Finetune(string run) => new LayeredConfiguration<FinetuneOptions>()
        .Preset("finetune", "small")
        .Option("test", "data", scenes.Folder)
        .Option("test", "output", In(run))
        .Option("test", "iterations", 1)
        .Option("test", "milestones", Array.Empty<int>())
        .Option("test", "evaluateEveryEpochs", 10)
        .Option("test", "detector.fpnChannels", 8)
        .Option("test", "detector.boxHeadChannels", 16)
        .Option("test", "detector.minSizePixels", 48)
        .Option("test", "detector.maxSizePixels", 96);

    private string In(string name) => Path.Combine(folder, name);
}
