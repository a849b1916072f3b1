using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class FinetuneTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("finetune").FullName;

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        using var scope = NewDisposeScope();
        var first = SafetensorsFile.Read(FinetuneRun.Run(Tiny("a"), cancellation: TestContext.Current.CancellationToken).CheckpointPath);
        var second = SafetensorsFile.Read(FinetuneRun.Run(Tiny("b"), cancellation: TestContext.Current.CancellationToken).CheckpointPath);

        Assert.All(first.Tensors, entry => Assert.True(entry.Value.eq(second.Tensors[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void A_cancelled_run_leaves_its_checkpoint()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.Throws<OperationCanceledException>(() => FinetuneRun.Run(Tiny("c"), cancellation: source.Token));

        Assert.Equal(KittiClasses.Default, DetectorCheckpoint.Load(Path.Combine(folder, "c", "last.safetensors")).Labels);
    }

    [Fact]
    public void An_existing_run_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.Combine(folder, "d"));
        Assert.Contains("is there already", Assert.Throws<UserErrorException>(() => FinetuneRun.Run(Tiny("d"), cancellation: TestContext.Current.CancellationToken)).Message);
    }

    [Fact]
    public void A_missing_data_folder_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<UserErrorException>(() => FinetuneRun.Run(Tiny("e") with { Data = "nowhere" }, cancellation: TestContext.Current.CancellationToken)).Message);

    [Fact]
    public void Mirroring_an_image_mirrors_its_boxes()
    {
        using var scope = NewDisposeScope();
        using var data = new KittiTrainingData(KittiDataset.Open(SharedData.Path("data/kitti-sample")), new LabelMap(KittiClasses.Default), 0);
        var (image, target) = data.Load("000008", flip: false, CPU);
        var (mirrored, mirroredTarget) = data.Load("000008", flip: true, CPU);

        Assert.True(mirrored.flip(2).eq(image).all().item<bool>());
        Assert.True((mirroredTarget.Boxes[.., 0] + target.Boxes[.., 2]).sub(1242).abs().max().item<float>() < 1e-3);
        Assert.True(target.Labels.eq(mirroredTarget.Labels).all().item<bool>());
    }

    [Fact]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        manual_seed(1);
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(Tiny("f").Detector with { MinSizePixels = 32, MaxSizePixels = 64 });
        using var optimizer = optim.SGD(detector.parameters(), 1e-4);
        var image = rand(3, 32, 64);
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }).view(1, 4), ones(1, dtype: int64));
        void Steps(int count)
        {
            for (var i = 0; i < count; i++)
            {
                using var step = NewDisposeScope();
                var loss = detector.Losses([image], [target]).Sum();
                optimizer.zero_grad();
                loss.backward();
                optimizer.step();
            }
        }

        Steps(20);
        var before = TensorsAlive();
        Steps(1000);

        Assert.Equal(before, TensorsAlive());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static long TensorsAlive() => TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;

    private FinetuneOptions Tiny(string name) => new()
    {
        Data = SharedData.Path("data/kitti-sample"),
        Output = Path.Combine(folder, name),
        Epochs = 1,
        BatchSize = 4,
        Detector = new DetectorOptions
        {
            NumClasses = 8,
            Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.125, BatchNorm = BatchNormMode.Train },
            FpnChannels = 8,
            BoxHeadChannels = 16,
            MinSizePixels = 64,
            MaxSizePixels = 200,
            RpnPreNmsTopNTrain = 100,
            RpnPostNmsTopNTrain = 50,
            RpnPreNmsTopNTest = 100,
            RpnPostNmsTopNTest = 50,
        },
    };
}
