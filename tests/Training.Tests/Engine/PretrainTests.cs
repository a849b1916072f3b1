using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Synthetic;
using Pipeline.Training.Augmentation;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using Pipeline.Training.Tests.Contrastive;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Engine;

public sealed class PretrainTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("pretrain").FullName;

    public PretrainTests() =>
        StreetSceneWriter.WriteImages(
            Path.Combine(folder, "images"), new StreetSceneOptions { WidthPixels = 96, HeightPixels = 64 }, 0, 20);

    [Fact]
    public void The_same_seed_gives_the_same_backbone_whatever_the_number_of_workers_and_a_detector_takes_it()
    {
        using var scope = NewDisposeScope();
        var first = ContrastiveTraining.Run(
            Tiny("a") with { Workers = 1 }, new RunControl { Cancellation = TestContext.Current.CancellationToken });
        var second = ContrastiveTraining.Run(
            Tiny("b") with { Workers = 7 }, new RunControl { Cancellation = TestContext.Current.CancellationToken });

        var one = SafetensorsFile.Read(first.BackbonePath);
        var two = SafetensorsFile.Read(second.BackbonePath);
        Assert.All(one.Tensors, entry => Assert.True(entry.Value.eq(two.Tensors[entry.Key]).all().item<bool>(), entry.Key));
        Assert.Equal(first.Epochs.Select(epoch => epoch.Loss), second.Epochs.Select(epoch => epoch.Loss));

        using var detector = new FasterRcnn(
            new DetectorOptions
            {
                Backbone = Tiny("c").Backbone with { BatchNorm = BatchNormMode.Frozen },
                FpnChannels = 8,
                BoxHeadChannels = 8,
            });
        BackboneCheckpoint.LoadInto(detector.Backbone.Body, first.BackbonePath);
        Assert.True(StateDict.InOrder(detector.Backbone.Body).All(entry => entry.Value.eq(one.Tensors[entry.Key]).all().item<bool>()));
    }

    [Fact]
    public void A_cancelled_run_leaves_its_backbone()
    {
        using var source = new CancellationTokenSource();
        var control = new RunControl { Cancellation = source.Token, Progress = new EndAfterFirstStep(source) };

        Assert.Throws<OperationCanceledException>(() => ContrastiveTraining.Run(Tiny("d"), control));

        Assert.True(File.Exists(Path.Combine(folder, "d", "backbone.safetensors")));
    }

    [Fact]
    public void Memory_is_flat_over_a_thousand_steps()
    {
        using var scope = NewDisposeScope();
        var options = Tiny("e").Contrastive;
        var backbone = Tiny("e").Backbone with { Blocks = [1, 1, 1, 1] };
        using var query = ContrastiveModel.OfResNet(new ResNet(backbone), options.Dimension, jigsaw: false);
        using var key = ContrastiveModel.OfResNet(new ResNet(backbone), options.Dimension, jigsaw: false);
        MomentumEncoder.Copy(query, key);
        using var generator = new Generator(1);
        using var queue = FeatureQueue.Random(options.QueueSize, options.Dimension, generator, CPU);
        using var optimizer = optim.SGD(query.parameters(), 0.01, 0.9);
        var infoMin = new InfoMin(options, query, key, queue);
        using var images = randn(2, 3, 32, 32);
        long Tensors(int steps)
        {
            for (var i = 0; i < steps; i++)
            {
                using var step = NewDisposeScope();
                infoMin.Step(optimizer, new ContrastiveBatch(images, images));
            }

            return TorchSharp.DisposeScopeManager.Statistics.TensorStatistics.ThreadTotalLiveCount;
        }

        Assert.Equal(Tensors(10), Tensors(1000));
    }

    [Theory]
    [InlineData(50, true), InlineData(20, false)]
    public void A_queue_that_is_longer_than_the_images_is_told_with_the_numbers(int queueSize, bool isTold)
    {
        var lines = new LoggedLines(LogLevel.Information);
        var options = Tiny("queue") with { Epochs = 1, Contrastive = Tiny("queue").Contrastive with { QueueSize = queueSize } };
        ContrastiveTraining.Run(options, new RunControl { Log = lines, Cancellation = TestContext.Current.CancellationToken });

        Assert.Equal(
            isTold,
            lines.Events.Any(line => line.Message.Contains(
                "the queue of 50 keys is longer than the 20 images: it holds each image about 2.5 times", StringComparison.Ordinal)));
    }

    [Fact]
    public void Keys_in_more_parts_than_their_images_allow_leave_statistics_that_are_finite()
    {
        using var scope = NewDisposeScope();
        var options = Tiny("parts") with
        {
            Epochs = 1,
            MicroBatches = 2,
            Contrastive = Tiny("parts").Contrastive with { KeySubBatches = 4 },
        };
        ContrastiveTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken });

        using var content = SafetensorsFile.Read(Path.Combine(options.Output, "resume.safetensors"));
        Assert.All(content.Tensors, entry => Assert.True(entry.Value.isfinite().all().item<bool>(), entry.Key));
    }

    [Fact]
    public void Too_few_images_a_short_queue_and_other_weights_are_refused()
    {
        string Refusal(PretrainOptions options)
        {
            var cancellation = TestContext.Current.CancellationToken;
            return Assert.ThrowsAny<UserErrorException>(
                () => ContrastiveTraining.Run(options, new RunControl { Cancellation = cancellation })).Message;
        }

        var few = Tiny("f") with { BatchSize = 64, Contrastive = Tiny("f").Contrastive with { QueueSize = 64 } };
        Assert.Contains("fewer images than one batch", Refusal(few));
        Assert.Contains("queueSize", Refusal(Tiny("f") with { Contrastive = new ContrastiveOptions { QueueSize = 3 } }));
        Assert.Contains("no such folder", Refusal(Tiny("f") with { Images = Path.Combine(folder, "nowhere") }));
        Assert.False(Directory.Exists(Path.Combine(folder, "f")));
        Assert.Contains("no such file", Refusal(Tiny("f") with { Weights = Path.Combine(folder, "nothing.safetensors") }));
    }

    [Fact]
    public void Images_that_cannot_be_read_are_named_and_left_out_up_to_the_limit()
    {
        var list = Path.Combine(folder, "list.txt");
        var images = Directory.GetFiles(Path.Combine(folder, "images"), "*.png").Select(file => Path.GetFileName(file));
        File.WriteAllLines(list, ["# two of them are bad", .. images, "missing.png", "", "broken.png"]);
        File.WriteAllText(Path.Combine(folder, "images", "broken.png"), "no image");
        var options = Tiny("skipped") with { Images = list, ImagesRoot = Path.Combine(folder, "images"), DropLastBatch = false };

        var refusal = Assert.Throws<UserErrorException>(
            () => ContrastiveTraining.Run(options, new RunControl { Cancellation = TestContext.Current.CancellationToken }));
        Assert.Contains("--max-skipped", refusal.Message);
        var allowingOne = options with { Output = Path.Combine(folder, "one"), MaxSkippedImages = 1 };
        Assert.Matches(
            @"^2 images\b.*--max-skipped allows 1\b",
            Assert.Throws<UserErrorException>(
                () => ContrastiveTraining.Run(
                    allowingOne, new RunControl { Cancellation = TestContext.Current.CancellationToken })).Message);

        var result = ContrastiveTraining.Run(
            options with { Output = Path.Combine(folder, "two"), MaxSkippedImages = 2 },
            new RunControl { Cancellation = TestContext.Current.CancellationToken });

        Assert.Equal(2, result.SkippedImages);
        string[] names = [
            .. File.ReadAllLines(Path.Combine(folder, "two", "skipped.txt")).Select(line => Path.GetFileName(line.Split('\t')[0]))];
        Assert.Equal(["broken.png", "missing.png"], names);
    }

    [Fact]
    public void A_batch_in_parts_gives_the_gradients_of_the_whole_one_where_no_batch_statistics_are()
    {
        using var scope = NewDisposeScope();
        var backbone = Tiny("m").Backbone with { BatchNorm = BatchNormMode.Eval };
        using var images = randn(6, 3, 32, 32);
        using var others = randn(6, 3, 32, 32);
        Tensor[] Weights(int parts)
        {
            var options = Tiny("m") with { Backbone = backbone, MicroBatches = parts, LearningRate = 0.1, BatchSize = 6 };
            using var training = new ContrastiveTraining(options);
            using var optimization = new Optimization(training.Model, options);
            var values = new TrainingStep<ContrastiveBatch>(training, optimization, options).Run(new ContrastiveBatch(images, others), 0);
            Tensor[] weights = [
                tensor((float)values["loss"]), training.Queue.Rows, .. training.Query.parameters(), .. training.Key.parameters()];
            return [.. weights.Select(weight => weight.detach().clone())];
        }

        Assert.All(Weights(1).Zip(Weights(4)), pair => Assert.True(pair.First.allclose(pair.Second, 1e-4, 1e-6)));
    }

    [Fact]
    public void Steps_are_logged_as_lines_and_as_events_of_TensorBoard()
    {
        ContrastiveTraining.Run(
            Tiny("log") with
            {
                LogEverySteps = 3,
                Contrastive = new ContrastiveOptions { QueueSize = 16, Dimension = 8, Jigsaw = true },
                Patches = new JigsawOptions { CropSizePixels = 48, PatchSizePixels = 12 },
            },
            new RunControl { Cancellation = TestContext.Current.CancellationToken });

        string[] lines = File.ReadAllLines(Path.Combine(folder, "log", "steps.jsonl"));
        Assert.Equal(4, lines.Length);   // steps 0, 3, 6 and 9
        using var document = System.Text.Json.JsonDocument.Parse(lines[^1]);
        Assert.Equal(9, document.RootElement.GetProperty("step").GetInt32());
        Assert.Equal(4, document.RootElement.GetProperty("queueAgeSteps").GetDouble());
        Assert.True(document.RootElement.GetProperty("jigsawLoss").GetDouble() > 0);
        var events = File.ReadAllBytes(Assert.Single(Directory.GetFiles(Path.Combine(folder, "log", "events"))));
        foreach (var name in new[] { "loss", "jigsawLoss", "top1", "featureStd", "queueAgeSteps", "learningRate", "imagesPerSecond" })
        {
            Assert.True(events.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes($"pretrain/{name}")) > 0, name);
        }
    }

    [Fact]
    public void A_run_begins_with_the_heads_and_the_momentum_encoder_of_a_checkpoint()
    {
        using var scope = NewDisposeScope();
        var first = ContrastiveTraining.Run(Tiny("first"), new RunControl { Cancellation = TestContext.Current.CancellationToken });
        using var training = new ContrastiveTraining(
            Tiny("second") with { Seed = 9, Weights = Path.Combine(folder, "first", "resume.safetensors") });
        using var checkpoint = SafetensorsFile.Read(Path.Combine(folder, "first", "resume.safetensors"));

        foreach (var (prefix, model) in new[] { ("query.", training.Query), ("key.", training.Key) })
        {
            Assert.All(
                StateDict.InOrder(model, prefix),
                entry => Assert.True(entry.Value.eq(checkpoint.Tensors[entry.Key]).all().item<bool>(), entry.Key));
        }

        Assert.False(training.Queue.Rows.eq(checkpoint.Tensors["queue"]).all().item<bool>());
        Assert.All(training.Key.parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.Contains(
            "another architecture",
            Assert.Throws<UserErrorException>(
                () => new ContrastiveTraining(
                    Tiny("third") with
                    {
                        Contrastive = new ContrastiveOptions { Dimension = 4 },
                        Weights = Path.Combine(folder, "first", "resume.safetensors"),
                    })).Message);
        Assert.Equal(2, first.Epochs.Count);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private PretrainOptions Tiny(string name) =>
        TinyPretrain.Options(Path.Combine(folder, "images"), Path.Combine(folder, name));
}
