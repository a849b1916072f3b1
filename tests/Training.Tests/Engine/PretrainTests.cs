using Pipeline.Shared;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class PretrainTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pretrain").FullName;

    public PretrainTests() => StreetSceneWriter.WriteImages(Path.Combine(folder, "images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 20);

    [Fact]
    public void The_same_seed_gives_the_same_backbone_whatever_the_number_of_workers_and_a_detector_takes_it()
    {
        using var scope = NewDisposeScope();
        var first = PretrainRun.Run(Tiny("a") with { Workers = 1 }, cancellation: TestContext.Current.CancellationToken);
        var second = PretrainRun.Run(Tiny("b") with { Workers = 7 }, cancellation: TestContext.Current.CancellationToken);

        var (one, two) = (SafetensorsFile.Read(first.BackbonePath), SafetensorsFile.Read(second.BackbonePath));
        Assert.All(one.Tensors, entry => Assert.True(entry.Value.eq(two.Tensors[entry.Key]).all().item<bool>(), entry.Key));
        Assert.Equal(first.Epochs.Select(epoch => epoch.Loss), second.Epochs.Select(epoch => epoch.Loss));

        using var detector = new FasterRcnn(new DetectorOptions { Backbone = Tiny("c").Backbone with { BatchNorm = BatchNormMode.Frozen }, FpnChannels = 8, BoxHeadChannels = 8 });
        BackboneCheckpoint.LoadInto(detector.Backbone.Body, first.BackbonePath);
        Assert.True(StateDict.InOrder(detector.Backbone.Body).All(entry => entry.Value.eq(one.Tensors[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void The_key_views_are_not_the_query_views_and_change_with_the_epoch()
    {
        using var scope = NewDisposeScope();
        var views = new ContrastiveViews(ImageFolder.List(Path.Combine(folder, "images")), new ViewOptions { SizePixels = 32 }, new JigsawOptions { CropSizePixels = 48, PatchSizePixels = 12 }, 1);
        using var first = views.Epoch(1, 4, 2).First();
        using var again = views.Epoch(1, 4, 1).First();
        using var other = views.Epoch(2, 4, 1).First();

        Assert.True(first.Query.eq(again.Query).all().item<bool>() && first.Key.eq(again.Key).all().item<bool>());
        Assert.False(first.Query.eq(first.Key).all().item<bool>());
        Assert.False(first.Query.eq(other.Query).all().item<bool>());
        Assert.Equal([36, 3, 12, 12], first.Patches!.shape);
        Assert.True(first.Patches.eq(again.Patches!).all().item<bool>() && first.PatchOrder!.eq(again.PatchOrder!).all().item<bool>());
        Assert.True(first.PatchOrder.sort(1).Values.eq(arange(9)).all().item<bool>());
    }

    [Fact]
    public void A_cancelled_run_leaves_its_backbone()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => PretrainRun.Run(Tiny("d"), cancellation: source.Token));
        Assert.True(File.Exists(Path.Combine(folder, "d", "backbone.safetensors")));
    }

    [Fact]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        using var scope = NewDisposeScope();
        var options = Tiny("e").Contrastive;
        using var query = ContrastiveModel.OfResNet(new ResNet(Tiny("e").Backbone), options.Dimension, jigsaw: false);
        using var key = ContrastiveModel.OfResNet(new ResNet(Tiny("e").Backbone), options.Dimension, jigsaw: false);
        MomentumEncoder.Copy(query, key);
        using var generator = new Generator(1);
        using var queue = FeatureQueue.Random(options.QueueSize, options.Dimension, generator, CPU);
        using var optimizer = optim.SGD(query.parameters(), 0.01, 0.9);
        var infoMin = new InfoMin(options, query, key, queue, optimizer);
        using var images = randn(2, 3, 32, 32);
        long Tensors(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                using var step = NewDisposeScope();
                infoMin.Step(new ContrastiveBatch(images, images));
            }

            return TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        }

        Assert.Equal(Tensors(10), Tensors(1000));
    }

    [Fact]
    public void Too_few_images_a_short_queue_and_other_weights_are_refused()
    {
        string Refusal(PretrainOptions options) => Assert.Throws<UserErrorException>(() => PretrainRun.Run(options, cancellation: TestContext.Current.CancellationToken)).Message;
        Assert.Contains("fewer images than one batch", Refusal(Tiny("f") with { BatchSize = 64 }));
        Assert.Contains("queueSize", Refusal(Tiny("f") with { Contrastive = new ContrastiveOptions { QueueSize = 3 } }));
        Assert.Contains("no such folder", Refusal(Tiny("f") with { Images = Path.Combine(folder, "nowhere") }));
        Assert.False(Directory.Exists(Path.Combine(folder, "f")));
        Assert.Contains("no such file", Refusal(Tiny("f") with { Weights = Path.Combine(folder, "nothing.safetensors") }));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private PretrainOptions Tiny(string output) => new()
    {
        Images = Path.Combine(folder, "images"),
        Output = Path.Combine(folder, output),
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
        Contrastive = new ContrastiveOptions { QueueSize = 16, Dimension = 8 },
        Views = new ViewOptions { SizePixels = 32 },
        Epochs = 2,
        BatchSize = 4,
    };
}
