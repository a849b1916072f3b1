using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

/// <summary>What of a backbone a run of the preset <c>torchvision</c> moves, with and without weights.</summary>
public sealed class BackboneStartTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("backbone-start").FullName;

    [Fact]
    public void From_weights_three_stages_move_and_no_norm_does()
    {
        using var scope = NewDisposeScope();
        var shape = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train };
        using var backbone = new ResNet(shape);
        var weights = Path.Combine(folder, "backbone.safetensors");
        BackboneCheckpoint.Save(weights, backbone, shape);

        var moved = Moved(Run("from-weights", weights), SafetensorsFile.Read(weights));

        Assert.Equal(["layer2", "layer3", "layer4"], moved.Select(name => name.Split('.')[0]).Distinct().Order());
        Assert.DoesNotContain(moved, name => name.Contains("bn", StringComparison.Ordinal));
        Assert.DoesNotContain(moved, name => name.Contains("downsample.1", StringComparison.Ordinal));
    }

    [Fact]
    public void From_nothing_every_stage_and_its_norms_move()
    {
        using var scope = NewDisposeScope();

        var state = Run("from-nothing", weights: null);

        string[] means = [.. state.Tensors.Keys.Where(name => name.EndsWith("running_mean", StringComparison.Ordinal))];
        Assert.Equal(20, means.Length);
        Assert.All(means, name => Assert.True(state.Tensors[name].abs().max().item<float>() > 0, name));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Two steps on real frames.</summary>
    private SafetensorsContent Run(string name, string? weights)
    {
        var options = new LayeredConfiguration<FinetuneOptions>().Preset("finetune", "torchvision")
            .Option("test", "data", scenes.Folder)
            .Option("test", "output", Path.Combine(folder, name))
            .Option("test", "backboneWeights", weights)
            .Option("test", "iterations", 2)
            .Option("test", "evaluateEveryEpochs", 10)
            .Option("test", "detector.backbone.architecture", "resnet18")
            .Option("test", "detector.backbone.widthMultiplier", 0.0625)
            .Option("test", "detector.fpnChannels", 8)
            .Option("test", "detector.boxHeadChannels", 16)
            .Option("test", "detector.minSizePixels", 64)
            .Option("test", "detector.maxSizePixels", 200)
            .Build();
        var control = new RunControl { Cancellation = TestContext.Current.CancellationToken };
        return SafetensorsFile.Read(DetectorTraining.Run(options, control).CheckpointPath);
    }

    private static string[] Moved(SafetensorsContent detector, SafetensorsContent backbone) =>
    [
        .. backbone.Tensors.Keys.Where(name =>
            detector.Tensors.TryGetValue("backbone.body." + name, out var now) && now.ne(backbone.Tensors[name]).any().item<bool>()),
    ];
}
