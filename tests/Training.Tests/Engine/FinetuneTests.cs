using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Detection;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class FinetuneTests(DrawnScenes scenes) : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("finetune").FullName;

    [Fact]
    public void The_same_seed_gives_the_same_weights()
    {
        using var scope = NewDisposeScope();
        var first = SafetensorsFile.Read(
            DetectorTraining.Run(Tiny("a"), new RunControl { Cancellation = TestContext.Current.CancellationToken }).CheckpointPath);
        var second = SafetensorsFile.Read(
            DetectorTraining.Run(Tiny("b"), new RunControl { Cancellation = TestContext.Current.CancellationToken }).CheckpointPath);

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
    public void A_run_describes_itself()
    {
        DetectorTraining.Run(Tiny("o") with { LogEverySteps = 2 }, new RunControl { Cancellation = TestContext.Current.CancellationToken });

        string In(string file) => Path.Combine(folder, "o", file);
        var data = JsonSerializer.Deserialize<FinetuneData>(File.ReadAllText(In("data.json")), JsonFormat.Options)!;
        Assert.Equal((12, 4, null), (data.Train.Count, data.Test.Count, data.BackboneWeights));
        Assert.Contains("\"libtorch\"", File.ReadAllText(In("environment.json")), StringComparison.Ordinal);
        Assert.Contains("\"batchSize\":4", File.ReadAllText(In("config.json")), StringComparison.Ordinal);
        string[] log = File.ReadAllLines(In("log.txt"));
        Assert.All(log, line => Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ ", line));
        Assert.EndsWith(" begun: 3 steps on 12 images", log[0]);
        Assert.Contains(log, line => line.Contains(" epoch 1/1: loss ", StringComparison.Ordinal));
        Assert.EndsWith(" finished", log[^1]);
        JsonElement[] steps = [.. File.ReadLines(In("steps.jsonl")).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal([0L, 2L], steps.Select(step => step.GetProperty("step").GetInt64()));
        Assert.All(steps, step =>
        {
            double Number(string name) => step.GetProperty(name).GetDouble();
            var sum = Number("lossClassifier") + Number("lossBoxReg") + Number("lossObjectness") + Number("lossRpnBoxReg");
            Assert.Equal(
                (1, sum),
                (step.GetProperty("epoch").GetInt32(), Number("loss")),
                (a, b) => a.Item1 == b.Item1 && Math.Abs(a.Item2 - b.Item2) < 1e-5);
        });
        Assert.NotEmpty(Directory.GetFiles(In("events")));
        Assert.Single(File.ReadLines(In("metrics.jsonl")));
    }

    [Fact]
    public void A_run_does_not_go_on_with_other_labels_and_says_what_changed()
    {
        var changing = Path.Combine(folder, "changing");
        StreetSceneWriter.WriteKitti(
            changing,
            new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 },
            0,
            6,
            cancellation: TestContext.Current.CancellationToken);
        var options = Tiny("p") with { Data = changing, Labels = ["Car", "Truck", "Pedestrian", "Cyclist"] };
        DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        DetectorTraining.Run(options, new RunControl { Resume = true, Cancellation = TestContext.Current.CancellationToken });

        File.AppendAllText(
            Path.Combine(changing, "training", "label_2", "000002.txt"),
            "Car 0.00 0 1.85 7.63 1.00 23.81 23.12 1.67 1.87 3.69 -16.53 2.39 58.49 1.57\n");

        var control = new RunControl { Resume = true, Cancellation = TestContext.Current.CancellationToken };
        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(options, control)).Message;
        Assert.Contains("not the images, labels or weights, ", refusal);
        Assert.Matches(@"(train|test)\.labels: it was ""[0-9a-f]{16}"", now it is ""[0-9a-f]{16}""", refusal);
    }

    [Fact]
    public void A_loss_that_is_not_finite_ends_the_run_with_the_frames_names_and_keeps_the_checkpoint()
    {
        var run = Tiny("q") with
        {
            LearningRate = 10,
            WarmupIterations = 0,
            Momentum = 0.99,
            Epochs = 40,
            CheckpointEverySteps = 1,
            Milestones = [],
        };
        var control = new RunControl { Cancellation = TestContext.Current.CancellationToken };
        var refusal = Assert.Throws<UserErrorException>(() => DetectorTraining.Run(run, control)).Message;

        Assert.Matches(
            @"^the loss is (NaN|-?∞|-?Infinity) in step \d+ on the images \d{6}, \d{6}, \d{6}, \d{6}; "
            + @"lower the learning rate.*The last checkpoint is kept\.$",
            refusal);
        using var content = SafetensorsFile.Read(Path.Combine(folder, "q", "resume.safetensors"));
        Assert.NotEmpty(content.Tensors);
    }

    [Fact]
    public void Micro_batches_add_up_to_the_mean_of_their_gradients()
    {
        using var scope = NewDisposeScope();
        Dictionary<string, Tensor> Gradients(int microBatches, int[] frames)
        {
            var options = Tiny("s") with { MicroBatches = microBatches, LearningRate = 1e-8 };
            var recipe = options.Detector with { Backbone = options.Detector.Backbone with { BatchNorm = BatchNormMode.Frozen } };
            var architecture = new GivenDetector(() => new FasterRcnn(recipe, GoldenTensors.FirstByIndex));
            using var training = TinyFinetune.Training(options, architecture);
            using var optimization = new Optimization(training.Model, options);
            manual_seed(1);
            var image = (rand(3, 60, 100) * 255).to(uint8);
            DetectionTarget[] targets =
            [
                new(tensor(new float[] { 4, 4, 30, 28 }, [1, 4]), ones(1, dtype: int64)),
                new(tensor(new float[] { 50, 10, 90, 50 }, [1, 4]), 2 * ones(1, dtype: int64)),
            ];
            Tensor[] images = [.. frames.Select(frame => image.roll(frame, 0))];
            using var batch = new DetectionBatch(["a", "b"], images, [.. frames.Select(frame => targets[frame])], null);
            new TrainingStep<DetectionBatch>(training, optimization, options).Run(batch, 0);
            return training.Model.named_parameters()
                .Where(entry => entry.parameter.grad is not null)
                .ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone());
        }

        var both = Gradients(2, [0, 1]);
        var first = Gradients(1, [0]);
        var second = Gradients(1, [1]);
        Assert.NotEmpty(both);
        Assert.All(both, entry =>
        {
            var mean = (first[entry.Key] + second[entry.Key]) / 2;
            var difference = (entry.Value - mean).abs().max().item<float>();
            var largest = entry.Value.abs().max().item<float>();
            Assert.True(difference <= 1e-5 * (1 + largest), entry.Key);
        });
    }

    [Theory]
    [InlineData(ComputePrecision.BFloat16)]
    [InlineData(ComputePrecision.Float16)]
    public void A_run_in_half_precision_writes_float32(ComputePrecision precision)
    {
        using var scope = NewDisposeScope();
        var options = Tiny($"half-{precision}") with { Precision = precision };
        var result = DetectorTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        Assert.True(double.IsFinite(result.Epochs[^1].Loss));
        using var content = SafetensorsFile.Read(result.CheckpointPath);
        Assert.Equal(ScalarType.Float32, content.Tensors["backbone.body.conv1.weight"].dtype);
        Assert.True(content.Tensors["backbone.body.conv1.weight"].isfinite().all().item<bool>());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private FinetuneOptions Tiny(string name) => TinyFinetune.Options(scenes.Folder, Path.Combine(folder, name));
}
