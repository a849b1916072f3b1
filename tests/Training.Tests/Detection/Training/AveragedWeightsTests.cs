using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class AveragedWeightsTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("ema").FullName;

    [Fact]
    public void The_average_moves_by_its_share_and_takes_the_statistics_as_they_are()
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(Recipe);
        using var average = new FasterRcnn(Recipe);
        AveragedWeights.Begin(average, detector);
        var before = Weights(average);
        using (no_grad())
        {
            foreach (var (_, value) in StateDict.InOrder(detector).Where(entry => entry.Value.is_floating_point()))
            {
                value.add_(1);
            }
        }

        AveragedWeights.Update(average, detector, 0.75);

        var after = Weights(average);
        var statistics = average.named_buffers().Select(entry => entry.name).ToHashSet();
        Assert.All(after, entry =>
        {
            var expected = before[entry.Key] + (statistics.Contains(entry.Key) ? 1 : 0.25);
            Assert.True(entry.Value.allclose(expected, 1e-5, 1e-6), entry.Key);
        });
    }

    [Fact]
    public void The_averaged_weights_are_what_a_run_measures_and_leaves()
    {
        using var scope = NewDisposeScope();
        var plain = Run("plain", ema: null);
        var averaged = Run("averaged", ema: 0.5);
        using var weights = SafetensorsFile.Read(Path.Combine(folder, "plain", "last.safetensors"));
        using var product = SafetensorsFile.Read(Path.Combine(folder, "averaged", "last.safetensors"));
        using var state = SafetensorsFile.Read(Path.Combine(folder, "averaged", RunCheckpoint.FileName));

        const string Name = "roi_heads.box_predictor.cls_score.weight";
        Assert.True(state.Tensors["weights." + Name].eq(weights.Tensors[Name]).all().item<bool>());
        Assert.True(state.Tensors["average." + Name].eq(product.Tensors[Name]).all().item<bool>());
        Assert.False(product.Tensors[Name].eq(weights.Tensors[Name]).all().item<bool>());
        Assert.Equal(plain.Epochs[^1].Loss, averaged.Epochs[^1].Loss);
    }

    [Theory]
    [InlineData(0.9998, 1000, 1)]
    [InlineData(0.99, 1000, 0)]
    public void A_run_too_short_to_forget_the_first_weights_says_so(double decay, long steps, int remarks) =>
        Assert.Equal(remarks, AveragedWeights.Remarks(decay, steps).Count());

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static DetectorOptions Recipe => new()
    {
        NumClasses = 8,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 16,
        MinSizePixels = 64,
        MaxSizePixels = 200,
    };

    private static Dictionary<string, Tensor> Weights(Detector detector) =>
        StateDict.InOrder(detector)
            .Where(entry => entry.Value.is_floating_point())
            .ToDictionary(entry => entry.Key, entry => entry.Value.clone());

    private FinetuneResult Run(string name, double? ema) => DetectorTraining.Run(
        new FinetuneOptions
        {
            Data = scenes.Folder,
            Output = Path.Combine(folder, name),
            Epochs = 1,
            BatchSize = 4,
            Milestones = [],
            Detector = Recipe,
            Ema = ema,
        },
        new RunControl { Cancellation = TestContext.Current.CancellationToken });
}
