using Pipeline.Shared;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

/// <summary>A loss that is not finite moves nothing, in both trainings.</summary>
public sealed class TrainingStepTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("step").FullName;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_loss_that_is_not_finite_leaves_encoders_and_queue_as_they_are(bool isFirstPartBad)
    {
        using var scope = NewDisposeScope();
        var size = new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 };
        var cancellation = TestContext.Current.CancellationToken;
        StreetSceneWriter.WriteImages(Path.Combine(folder, "images"), size, 0, 8, cancellation: cancellation);
        var options = new PretrainOptions
        {
            Images = Path.Combine(folder, "images"),
            Output = Path.Combine(folder, "run"),
            BatchSize = 4,
            MicroBatches = 2,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
            Contrastive = new ContrastiveOptions { QueueSize = 16, Dimension = 8 },
            Views = new ViewOptions { SizePixels = 32 },
        };
        using var training = new ContrastiveTraining(options);
        using var optimization = new Optimization(training.Model, options);
        var step = new TrainingStep<ContrastiveBatch>(training, optimization, options);
        step.Run(new ContrastiveBatch(randn(4, 3, 32, 32), randn(4, 3, 32, 32)), 0);
        Tensor[] State() =>
        [
            .. training.Query.parameters(),
            .. training.Key.parameters(),
            training.Queue.Rows,
            .. optimization.Sgd.MomentumBuffers.Select(entry => entry.Value),
        ];
        Tensor[] before = [.. State().Select(value => value.detach().clone())];

        var views = randn(4, 3, 32, 32);
        views[isFirstPartBad ? 0 : 3] = float.NaN;
        var refusal = Assert.Throws<UserErrorException>(
            () => step.Run(new ContrastiveBatch(views, randn(4, 3, 32, 32)) { Files = ["a.png"] }, 1));

        Assert.Contains("in step 1 on the images a.png", refusal.Message);
        Assert.All(before.Zip(State()), pair => Assert.True(pair.First.eq(pair.Second).all().item<bool>()));
        Assert.Equal(4, training.Queue.Enqueued);
        step.Run(new ContrastiveBatch(randn(4, 3, 32, 32), randn(4, 3, 32, 32)), 2);
        Assert.Equal(8, training.Queue.Enqueued);
    }

    [Fact]
    public void A_loss_that_is_not_finite_leaves_a_detector_and_its_averages_as_they_are()
    {
        using var scope = NewDisposeScope();
        var options = new FinetuneOptions
        {
            Data = scenes.Folder,
            Output = Path.Combine(folder, "run"),
            BatchSize = 1,
            Ema = 0.5,
            Detector = new DetectorOptions
            {
                Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
                FpnChannels = 8,
                BoxHeadChannels = 16,
                MinSizePixels = 64,
                MaxSizePixels = 128,
            },
        };
        using var training = TinyFinetune.Training(options, new FasterRcnnArchitecture());
        using var optimization = new Optimization(training.Model, options);
        var step = new TrainingStep<DetectionBatch>(training, optimization, options);
        Dictionary<string, Tensor> Learned() => training.StateTensors()
            .Where(entry => entry.Value.is_floating_point() && !entry.Key.Contains("running_", StringComparison.Ordinal))
            .ToDictionary(entry => entry.Key, entry => entry.Value.detach().clone());
        step.Run(Batch(rand(3, 64, 128)), 0);
        var before = Learned();

        var refusal = Assert.Throws<UserErrorException>(() => step.Run(Batch(full([3, 64, 128], float.NaN)), 1));

        Assert.Contains("in step 1 on the images 000000", refusal.Message);
        var after = Learned();
        Assert.Contains(after.Keys, name => name.StartsWith("average.", StringComparison.Ordinal));
        Assert.All(before, entry => Assert.True(entry.Value.eq(after[entry.Key]).all().item<bool>(), entry.Key));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static DetectionBatch Batch(Tensor image)
    {
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 60, 50 }, [1, 4]), ones(1, dtype: int64));
        return new DetectionBatch(["000000"], [image], [target], MinSizesPixels: null);
    }
}
