using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using Pipeline.Golden;
using Pipeline.Training.Backbones;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Detection;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Engine;
using Pipeline.Training.Tests.Contrastive;
using Pipeline.Training.Tests.Detection;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Build;

/// <summary>
/// On a GPU whatever brings numbers to the host waits for the device: it goes through <see cref="DeviceWaits"/> and is counted.
/// </summary>
public sealed partial class DeviceWaitsTests(DrawnScenes scenes)
{
    private static readonly string[] Folders = ["Backbones", "Contrastive", "Detection", "Detection/Training", "Engine", "Modules"];

    [Fact]
    public void Numbers_of_a_step_come_to_the_host_in_the_counted_ways_alone()
    {
        var lines = Folders.SelectMany(
            folder => Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "training", folder), "*.cs"))
            .SelectMany(file => File.ReadLines(file).Select((line, index) => $"{Path.GetFileName(file)}:{index + 1}: {line.Trim()}"));

        Assert.DoesNotContain(lines, line => Waits.IsMatch(line));
    }

    [Fact]
    public void Numbers_of_the_host_go_to_the_device_without_a_wait_and_tensors_are_made_where_they_are_used()
    {
        string[] files =
        [
            .. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "training", "Detection"), "*.cs"),
            .. Directory.EnumerateFiles(Path.Combine(SharedData.RepositoryRoot, "training", "Detection", "Training"), "*.cs"),
            Path.Combine(SharedData.RepositoryRoot, "training", "Contrastive", "InfoMin.cs"),
        ];
        var lines = files
            .SelectMany(file => File.ReadLines(file).Select((line, index) => $"{Path.GetFileName(file)}:{index + 1}: {line.Trim()}"))
            .Where(line => !line.Contains("///", StringComparison.Ordinal))
            .ToArray();

        Assert.DoesNotContain(lines, line => BlockingCopies.IsMatch(line) && !Modules.IsMatch(line));
        var elsewhere = lines.Where(line => Factories.IsMatch(line) && !line.Contains("device:", StringComparison.Ordinal));
        // Pixels that the host resizes, and what the loader's threads decode.
        Assert.Equal(["AntialiasedResize.cs", "DetectionData.cs"], elsewhere.Select(line => line.Split(':')[0]));
    }

    [Theory]
    [InlineData(1, 1, 5)]
    [InlineData(2, 1, 5)]
    [InlineData(6, 1, 5)]
    [InlineData(2, 2, 9)]
    [InlineData(6, 2, 9)]
    public void A_detector_step_waits_four_times_a_micro_batch_and_once_however_many_the_images(int images, int microBatches, int waits)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(new DetectorOptions());

        Assert.Equal(waits, CountStep(detector, images, microBatches, clip: 10));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(6)]
    public void A_step_of_the_papers_recipe_waits_twice_more_for_boxes_without_area_and_for_the_sample_points(int images)
    {
        using var scope = NewDisposeScope();
        using var detector = Detector(new DetectorOptions
        {
            Resize = ImageResize.AntialiasedBytes,
            RpnRankByLogit = true,
            RoiAligned = true,
            RoiSamplingRatio = 0,
            AnchorStrides = [4, 8, 16, 32, 64],
        });

        Assert.Equal(5 + 2, CountStep(detector, images, microBatches: 1, clip: 0));
    }

    [Fact]
    public void A_contrastive_step_waits_never_and_its_run_once_a_step()
    {
        using var scope = NewDisposeScope();
        var options = new ContrastiveOptions { Dimension = 8, QueueSize = 16 };
        var shape = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train };
        using var query = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        using var key = ContrastiveModel.OfResNet(new ResNet(shape), options.Dimension, jigsaw: true);
        using var generator = new Generator(1);
        using var queue = FeatureQueue.Random(options.QueueSize, options.Dimension, generator, CPU);
        using var optimizer = optim.SGD(query.parameters(), 0.01, 0.9);
        using var batch = new ContrastiveBatch(
            randn(4, 3, 32, 32), randn(4, 3, 32, 32), randn(36, 3, 32, 32), stack([.. Enumerable.Range(0, 4).Select(_ => randperm(9))]));

        Assert.Equal(0, Count(() => new InfoMin(options, query, key, queue).Step(optimizer, batch)));
        var step = File.ReadAllText(Path.Combine(SharedData.RepositoryRoot, "training", "Engine", "TrainingStep.cs"));
        Assert.Single(Counted.Matches(step));
    }

    private static FasterRcnn Detector(DetectorOptions recipe) => new(recipe with
    {
        NumClasses = 8,
        Backbone = new ResNetOptions { Architecture = "resnet18", WidthMultiplier = 0.0625, BatchNorm = BatchNormMode.Train },
        FpnChannels = 8,
        BoxHeadChannels = 16,
        MinSizePixels = 64,
        MaxSizePixels = 128,
    });

    private int CountStep(FasterRcnn detector, int images, int microBatches, double clip)
    {
        detector.train();
        var options = new FinetuneOptions
        {
            Data = scenes.Folder,
            Output = "run",
            BatchSize = images,
            MicroBatches = microBatches,
            ClipGradientNorm = clip,
            FrozenNormsWithoutWeights = true,
        };
        using var training = TinyFinetune.Training(options, new GivenDetector(() => detector));
        using var optimization = new Optimization(detector, options);
        var target = new DetectionTarget(tensor(new float[] { 4, 4, 60, 50 }, [1, 4]), ones(1, dtype: int64));
        var batch = new DetectionBatch(
            [.. Enumerable.Range(0, images).Select(image => $"{image}")],
            [.. Enumerable.Range(0, images).Select(_ => (rand(3, 64, 128) * 255).to(uint8))],
            [.. Enumerable.Range(0, images).Select(_ => target)],
            null);
        return Count(() => new TrainingStep<DetectionBatch>(training, optimization, options).Run(batch, 0));
    }

    private static int Count(Action action)
    {
        var thread = Environment.CurrentManagedThreadId;
        var count = 0;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == DeviceWaits.MeterName && instrument.Name == DeviceWaits.CounterName)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<long>(
            (_, value, _, _) => count += Environment.CurrentManagedThreadId == thread ? (int)value : 0);
        listener.Start();
        action();
        return count;
    }

    [GeneratedRegex(
        @"\.cpu\(\)|\.item<|\.data<|\.to\(CPU|\.nonzero\(|\.To(Single|Double|Int32|Int64|Boolean|Scalar)\(|"
        + @"masked_select|unique\(|clip_grad_norm_\(")]
    private static partial Regex Waits { get; }

    /// <summary>A list of numbers that is made on a device, or a tensor that goes there, and neither says that it need not wait.</summary>
    [GeneratedRegex(@"\btensor\(.*device:|\.to\((?!.*non_blocking: true)[^)]*[dD]evice")]
    private static partial Regex BlockingCopies { get; }

    /// <summary>Whole modules, which go to the device once.</summary>
    [GeneratedRegex(@"placed\.to\(device\)")]
    private static partial Regex Modules { get; }

    [GeneratedRegex(@"(?<![\w.])(zeros|ones|full|empty|arange|rand|randn|eye|linspace|sparse_coo_tensor)\(")]
    private static partial Regex Factories { get; }

    [GeneratedRegex(@"\.(HostFloats|HostFlag|OnHost|WhereTrue)\(")]
    private static partial Regex Counted { get; }
}
