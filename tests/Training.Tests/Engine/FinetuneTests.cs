using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Golden;
using Pipeline.Shared;
using Pipeline.Shared.Kitti;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Configuration;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Detection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class FinetuneTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("finetune").FullName;

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        using var scope = NewDisposeScope();
        var first = SafetensorsFile.Read(DetectorTraining.Run(Tiny("a"), new RunControl { Cancellation = TestContext.Current.CancellationToken }).CheckpointPath);
        var second = SafetensorsFile.Read(DetectorTraining.Run(Tiny("b"), new RunControl { Cancellation = TestContext.Current.CancellationToken }).CheckpointPath);

        Assert.All(first.Tensors, entry => Assert.True(entry.Value.eq(second.Tensors[entry.Key]).all().item<bool>(), entry.Key));
    }

    [Fact]
    public void A_cancelled_run_leaves_its_checkpoint()
    {
        using var source = new CancellationTokenSource();
        var control = new RunControl { Cancellation = source.Token, Progress = new EndAfterFirstStep(source) };

        Assert.Throws<OperationCanceledException>(() => DetectorTraining.Run(Tiny("c"), control));

        Assert.Equal(KittiClasses.Default, DetectorCheckpoint.Load(Path.Combine(folder, "c", "last.safetensors")).Labels);
    }

    [Fact]
    public void An_existing_run_is_not_overwritten()
    {
        Directory.CreateDirectory(Path.Combine(folder, "d"));
        Assert.Contains("already exists", Assert.Throws<UserErrorException>(() => DetectorTraining.Run(Tiny("d"), new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message);
    }

    [Fact]
    public void A_run_describes_itself()
    {
        DetectorTraining.Run(Tiny("o") with { LogEverySteps = 2 }, new RunControl { Cancellation = TestContext.Current.CancellationToken });

        string In(string file) => Path.Combine(folder, "o", file);
        var data = JsonSerializer.Deserialize<FinetuneData>(File.ReadAllText(In("data.json")), JsonFormat.Options)!;
        Assert.Equal((12, 4, null), (data.Train.Frames, data.Test.Frames, data.BackboneWeights));
        Assert.Contains("\"libtorch\"", File.ReadAllText(In("environment.json")), StringComparison.Ordinal);
        Assert.Contains("\"batchSize\":4", File.ReadAllText(In("config.json")), StringComparison.Ordinal);
        string[] log = File.ReadAllLines(In("log.txt"));
        Assert.All(log, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line));
        Assert.EndsWith(" begun: 3 steps on 12 frames", log[0]);
        Assert.Contains(log, line => line.Contains(" epoch 1/1: loss ", StringComparison.Ordinal));
        Assert.EndsWith(" finished", log[^1]);
        JsonElement[] steps = [.. File.ReadLines(In("steps.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([0L, 2L], steps.Select(step => step.GetProperty("step").GetInt64()));
        Assert.All(steps, step =>
        {
            double Number(string name) => step.GetProperty(name).GetDouble();
            var sum = Number("lossClassifier") + Number("lossBoxReg") + Number("lossObjectness") + Number("lossRpnBoxReg");
            Assert.Equal((1, sum), (step.GetProperty("epoch").GetInt32(), Number("loss")), (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-5);
        });
        Assert.NotEmpty(Directory.GetFiles(In("events")));
        Assert.Single(File.ReadLines(In("metrics.jsonl")));
    }

    [Fact]
    public void A_run_does_not_go_on_with_other_labels_and_says_what_changed()
    {
        var scenes = Path.Combine(folder, "changing");
        StreetSceneWriter.WriteKitti(scenes, new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 6, cancellation: TestContext.Current.CancellationToken);
        var options = Tiny("p") with { Data = scenes, Labels = ["Car", "Truck", "Pedestrian", "Cyclist"] };
        DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        DetectorTraining.Run(options, new RunControl { Resume = true, Cancellation = TestContext.Current.CancellationToken });

        File.AppendAllText(Path.Combine(scenes, "training", "label_2", "000002.txt"), "Car 0.00 0 1.85 7.63 1.00 23.81 23.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n");

        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(options, new RunControl { Resume = true, Cancellation = TestContext.Current.CancellationToken })).Message;
        Assert.Matches(@"not the images, labels or weights, .*(train|test)\.labels: it was ""[0-9a-f]{16}"", now it is ""[0-9a-f]{16}""", refusal);
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_with_the_frames_names_and_keeps_the_checkpoint()
    {
        var run = Tiny("q") with { LearningRate = 10, WarmupIterations = 0, Momentum = 0.99, Epochs = 40, CheckpointEverySteps = 1, Milestones = [] };
        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(run, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message;

        Assert.Matches(@"^the loss is (NaN|-?∞|-?Infinity) in step \d+ on the frames \d{6}, \d{6}, \d{6}, \d{6}; lower the learning rate.*The last checkpoint is kept\.$", refusal);
        using var content = SafetensorsFile.Read(Path.Combine(folder, "q", "resume.safetensors"));
        Assert.NotEmpty(content.Tensors);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Images_without_any_proposal_train_and_detect(bool withObject)
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(Tiny("t").Detector with { RpnMinSidePixels = 1e6 });
        var image = (rand(3, 60, 100) * 255).to(uint8);
        var count = withObject ? 1 : 0;
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }, [1, 4])[..count], ones(count, dtype: int64)) { Ignore = tensor(new float[] { -1e6f, -1e6f, 1e6f, 1e6f }, [1, 4]) };

        var loss = detector.Losses([image, image], [target, target]).Sum();
        loss.backward();
        Assert.True(float.IsFinite(loss.item<float>()));
        Assert.All(detector.parameters(), parameter => Assert.True(parameter.grad?.isfinite().all().item<bool>() ?? true));

        detector.eval();
        Assert.Equal(0, detector.Detect([image])[0].Boxes.shape[0]);
    }

    [Fact]
    public void A_wrong_label_of_a_test_frame_is_found_before_the_run_begins()
    {
        var scenes = Path.Combine(folder, "wrong");
        StreetSceneWriter.WriteKitti(scenes, new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 4, cancellation: TestContext.Current.CancellationToken);
        var (train, test) = (Path.Combine(folder, "train.txt"), Path.Combine(folder, "test.txt"));
        FrameList.Write(train, ["000000", "000001", "000002"]);
        FrameList.Write(test, ["000003"]);
        File.WriteAllText(Path.Combine(scenes, "training", "label_2", "000003.txt"), "Car 0 0\n");

        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(Tiny("r") with { Data = scenes, Labels = ["Car", "Truck", "Pedestrian", "Cyclist"], TrainList = train, TestList = test }, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message;
        Assert.Contains("000003.txt:1", refusal);
        Assert.False(Directory.Exists(Path.Combine(folder, "r")));
    }

    [Fact]
    public void Micro_batches_add_up_to_the_mean_of_their_gradients()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Gradients(int microBatches, int[] frames)
        {
            var options = Tiny("s") with { MicroBatches = microBatches, LearningRate = 1e-8 };
            var recipe = options.Detector with { Backbone = options.Detector.Backbone with { BatchNorm = BatchNormMode.Frozen } };
            using var training = new DetectorTraining(options, new GivenDetector(() => new FasterRcnn(recipe, GoldenTensors.FirstByIndex)));
            using var optimization = new Optimization(training.Model, options);
            manual_seed(1);
            var image = (rand(3, 60, 100) * 255).to(uint8);
            DetectionTarget[] targets = [new(tensor(new float[] { 4, 4, 30, 28 }, [1, 4]), ones(1, dtype: int64)), new(tensor(new float[] { 50, 10, 90, 50 }, [1, 4]), 2 * ones(1, dtype: int64))];
            using var batch = new DetectionBatch(["a", "b"], [.. frames.Select(frame => image.roll(frame, 0))], [.. frames.Select(frame => targets[frame])], null);
            new TrainingStep<DetectionBatch>(training, optimization, options).Run(batch, 0);
            return training.Model.named_parameters().Where(entry => entry.parameter.grad is not null).ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone());
        }

        var (both, first, second) = (Gradients(2, [0, 1]), Gradients(1, [0]), Gradients(1, [1]));
        Assert.NotEmpty(both);
        Assert.All(both, entry => Assert.True((entry.Value - (first[entry.Key] + second[entry.Key]) / 2).abs().max().item<float>() <= 1e-5 * (1 + entry.Value.abs().max().item<float>()), entry.Key));
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(1000)]
    public void Clipping_cuts_the_norm_of_all_gradients_together(double maxNorm)
    {
        using var scope = NewDisposeScope();
        Parameter[] parameters = [new(zeros(3)), new(zeros(2, 2)), new(zeros(4))];
        parameters[0].grad = tensor(new float[] { 1, 2, 2 });
        parameters[1].grad = tensor(new float[] { 0, 4, 0, 0 }, [2, 2]);

        GradientClipping.Clip(parameters, maxNorm);

        var factor = Math.Min(1, maxNorm / 5);
        Assert.Equal([1 * factor, 2 * factor, 2 * factor], parameters[0].grad!.data<float>().ToArray().Select(value => (double)value), (a, b) => Math.Abs(a - b) < 1e-5);
        Assert.Equal(4 * factor, parameters[1].grad![0, 1].item<float>(), 1e-5);
    }

    [Fact]
    public void A_missing_data_folder_is_named() =>
        Assert.Contains("nowhere", Assert.Throws<UserErrorException>(() => DetectorTraining.Run(Tiny("e") with { Data = "nowhere" }, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message);

    [Fact]
    public void Mirroring_an_image_mirrors_its_boxes()
    {
        using var scope = NewDisposeScope();
        using var data = new KittiTrainingData(KittiDataset.Open(SharedData.Path("data/kitti-sample")), new LabelMap(KittiClasses.Default), 0);
        var (image, target) = data.Load("000008", flip: false);
        var (mirrored, mirroredTarget) = data.Load("000008", flip: true);

        Assert.True(mirrored.flip(2).eq(image).all().item<bool>());
        Assert.True((mirroredTarget.Boxes[.., 0] + target.Boxes[.., 2]).sub(1242).abs().max().item<float>() < 1e-3);
        Assert.True(target.Labels.eq(mirroredTarget.Labels).all().item<bool>());
    }

    [Fact]
    public void DontCare_regions_are_no_background_when_asked()
    {
        using var scope = NewDisposeScope();
        using var data = new KittiTrainingData(KittiDataset.Open(SharedData.Path("data/kitti-sample")), new LabelMap(KittiClasses.Default), 0, ignoreDontCare: true);
        var (_, target) = data.Load("000008", flip: false);
        var regions = KittiLabelFile.Read(SharedData.Path("data/kitti-sample/training/label_2/000008.txt")).Count(entry => entry.Type == KittiClasses.DontCare);
        Assert.Equal(regions, target.Ignore!.shape[0]);

        using var rpn = new RegionProposalNetwork(new DetectorOptions { FpnChannels = 8 }, GoldenTensors.FirstByIndex);
        var anchors = tensor(new float[] { 0, 0, 10, 10, 100, 100, 120, 120, 5, 0, 25, 10, 100, 100, 121, 121 }, [4, 4]);
        var region = tensor(new float[] { 0, 0, 12, 12 }, [1, 4]);
        Assert.Equal([-1f, 0f, 0f, 0f], rpn.Assign(anchors, zeros(0, 4), region).Labels.data<float>().ToArray());
        Assert.Equal([-1f, 1f, 0f, 1f], rpn.Assign(anchors, anchors[1..2], region).Labels.data<float>().ToArray());

        using var heads = new RoIHeads(new DetectorOptions { FpnChannels = 8, BoxHeadChannels = 8 }, GoldenTensors.FirstByIndex);
        var sampled = heads.Sample([anchors[..3]], [new DetectionTarget(anchors[1..2], ones(1, dtype: int64)) { Ignore = region }]);
        Assert.Equal([1L, 0L, 1L], sampled.Labels.data<long>().ToArray());
    }

    [Fact]
    public void Class_agnostic_boxes_and_chosen_sides_train_and_detect()
    {
        using var scope = NewDisposeScope();
        using var detector = new FasterRcnn(Tiny("g").Detector with { ClassAgnosticBoxes = true, BoxScoreThresh = 0 });
        var image = (rand(3, 60, 100) * 255).to(uint8);
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 30, 28 }, [1, 4]), ones(1, dtype: int64));
        Assert.True(float.IsFinite(detector.Losses([image, image], [target, target], [48, 64]).Sum().item<float>()));
        detector.eval();
        Assert.InRange(detector.Detect([image])[0].Boxes.shape[0], 1, 100);
    }

    [Fact]
    public void Labels_that_drop_every_object_are_refused_and_a_class_without_example_is_warned_of()
    {
        var dataset = KittiDataset.Open(SharedData.Path("data/kitti-sample"));
        var list = Path.Combine(folder, "without-tram.txt");
        FrameList.Write(list, dataset.FrameIds.Where(frame =>
            dataset.ReadLabels(frame).All(entry => entry.Type != "Tram") && dataset.ReadLabels(frame).Any(entry => entry.Type == "Car")));
        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(Tiny("h") with { Labels = ["Tram"], TrainList = list }, new RunControl { Cancellation = TestContext.Current.CancellationToken }));
        Assert.Contains("has an object of the classes Tram; their labels name Car,", refusal.Message);

        var lines = new LoggedLines(LogLevel.Information);
        DetectorTraining.Run(Tiny("i") with { Labels = ["Car", "Tram"], Iterations = 1, TrainList = list }, new RunControl { Log = lines, Cancellation = TestContext.Current.CancellationToken });
        Assert.Contains(lines.Events, line => line.Message.Contains("no frame to learn from has a Tram", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Float16)]
    public void A_run_in_half_precision_writes_float32(ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        var result = DetectorTraining.Run(Tiny($"half-{precision}") with { Precision = precision }, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        Assert.True(double.IsFinite(result.Epochs[^1].Loss));
        using var content = SafetensorsFile.Read(result.CheckpointPath);
        Assert.Equal(ScalarType.Float32, content.Tensors["backbone.body.conv1.weight"].dtype);
        Assert.True(content.Tensors["backbone.body.conv1.weight"].isfinite().all().item<bool>());
    }

    [Fact]
    public void Frozen_norms_without_weights_and_frames_in_both_lists_are_refused()
    {
        string Refusal(FinetuneOptions options) => Assert.Throws<UserErrorException>(() => DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message;
        var frozen = Tiny("l").Detector with { Backbone = Tiny("l").Detector.Backbone with { BatchNorm = BatchNormMode.Frozen } };
        Assert.Contains("--backbone-weights", Refusal(Tiny("l") with { Detector = frozen }));

        var list = Path.Combine(folder, "all.txt");
        FrameList.Write(list, KittiDataset.Open(SharedData.Path("data/kitti-sample")).FrameIds);
        Assert.Contains("make the lists disjoint", Refusal(Tiny("m") with { TrainList = list, TestList = list }));
        Assert.False(Directory.Exists(Path.Combine(folder, "l")) || Directory.Exists(Path.Combine(folder, "m")));
    }

    [Fact]
    public void Runs_of_iterations_go_over_the_ends_of_passes_and_see_every_frame_once_a_pass()
    {
        using var data = new KittiTrainingData(KittiDataset.Open(SharedData.Path("data/kitti-sample")), new LabelMap(KittiClasses.Default), 0);
        string[] frames = [.. Enumerable.Range(0, 7).Select(index => $"{index:D6}")];
        var batches = new DetectionBatches(data, frames, Tiny("j") with { Iterations = 14, BatchSize = 4 }, (_, _) => null);
        var seen = Enumerable.Range(0, 14).SelectMany(step => batches.At(step)).ToArray();
        Assert.All(seen.Chunk(7), (pass, number) => Assert.True(pass.All(entry => entry.Pass == number) && pass.Select(entry => entry.Frame).Order().SequenceEqual(frames)));
        var epochs = new DetectionBatches(data, frames, Tiny("k") with { Epochs = 3, BatchSize = 4 }, (_, _) => null);
        Assert.Equal([4, 3, 4, 3, 4, 3], Enumerable.Range(0, 6).Select(step => epochs.At(step).Count));
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
