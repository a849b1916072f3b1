using System.Globalization;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Data;
using Pipeline.Training.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Trains a detector on frames in KITTI's layout, and measures its mAP.</summary>
internal sealed class DetectorTraining : ITraining<DetectionBatch>
{
    private const string LastFile = "last.safetensors", BestFile = "best.safetensors";
    private const string WeightsFront = "weights.", AverageFront = "average.", StateKey = "finetune";

    private readonly FinetuneOptions options;
    private readonly Device device;
    private readonly KittiDataset dataset;
    private readonly FinetuneFrames frames;
    private readonly KittiTrainingData data;
    private readonly Generator sampling;
    private readonly Detector detector;
    private readonly Detector? average;
    private readonly DetectionBatches batches;
    private readonly WarmupMultiStepSchedule schedule;
    private readonly DetectorMeasurement measurement;
    private FinetuneState state = new(BestMap: null);

    /// <param name="options">What to do.</param>
    /// <param name="architecture">Of the detector.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong.</exception>
    public DetectorTraining(FinetuneOptions options, IDetectorArchitecture architecture)
    {
        this.options = options;
        dataset = KittiDataset.Open(options.Data);
        var labels = new LabelMap(options.Labels, options.LabelMap);
        frames = new FinetuneFrames(options, dataset, labels);
        device = ComputeDevice.Of(options.Device);
        RequireStatistics(options);
        data = new KittiTrainingData(dataset, labels, options.CacheBytes, options.IgnoreDontCare);
        manual_seed(options.Seed);
        sampling = new Generator((ulong)options.Seed);
        detector = architecture.Create(options, sampling);
        if (options.BackboneWeights is { } weights)
        {
            BackboneCheckpoint.LoadInto(RequireBackbone(detector), weights);
        }

        detector.to(device);
        detector.ComputeType = options.Precision.Type();
        detector.train();
        average = options.Ema is null ? null : Average(architecture);
        batches = new DetectionBatches(data, frames.Train, options, detector.LoadedSize);
        schedule = new WarmupMultiStepSchedule(
            options.LearningRate,
            options.WarmupIterations,
            options.WarmupFactor,
            options.Milestones,
            options.Gamma);
        measurement = new DetectorMeasurement(options, dataset, labels, data);
    }

    public string Name => "finetune";

    public string Subject => $"{frames.Train.Count} frames";

    public object Data => new FinetuneData(
        FrameDigests.Of(dataset, frames.Train),
        FrameDigests.Of(dataset, frames.Test),
        options.BackboneWeights is { } file ? ContentDigest.OfFile(file) : null);

    public IReadOnlyList<string> Remarks =>
        [.. frames.Remarks(), .. options.Ema is { } decay ? AveragedWeights.Remarks(decay, TotalSteps) : []];

    public int StepsPerEpoch => batches.PerEpoch;

    public long TotalSteps => batches.Total;

    public bool HasStoppedEarly => false;

    public int LeastImages => 1;

    public nn.Module Model => detector;

    public IReadOnlyList<string> Products => [LastFile];

    /// <summary>What is measured and exported: the averaged weights where there are some.</summary>
    private Detector Product => average ?? detector;

    /// <summary>Runs a training to its end, or as far as it is let.</summary>
    /// <param name="options">What to do.</param>
    /// <param name="control">How the run is entered, watched and ended.</param>
    /// <param name="architecture">Of the detector; null: Faster R-CNN.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; it can go on.</exception>
    public static FinetuneResult Run(FinetuneOptions options, RunControl? control = null, IDetectorArchitecture? architecture = null)
    {
        TrainingLoop<DetectionBatch>.Run(
            options,
            () => new DetectorTraining(options, architecture ?? new FasterRcnnArchitecture()),
            control ?? new RunControl());
        return new FinetuneResult(Path.Combine(options.Output, LastFile), RunMetrics.Read<FinetuneEpoch>(options.Output));
    }

    public IEnumerable<DetectionBatch> Batches(long step) => batches.ToEndOfEpoch(step);

    public double LearningRate(long step) => schedule.At(options.Iterations is null ? step / StepsPerEpoch : step, step);

    public void BeginStep(long step)
    {
        var seed = new RandomNumbers((ulong)options.Seed, "sampler", (ulong)step).NextInt(int.MaxValue);
        sampling.manual_seed(seed);
    }

    public StepLosses Losses(DetectionBatch part)
    {
        Tensor[] images = [.. part.Images.Select(image => image.to(device, non_blocking: true))];
        DetectionTarget[] targets = [.. part.Targets.Select(target => target.To(device))];
        var losses = detector.NamedLosses(images, targets, part.MinSizesPixels);
        var sum = losses.Skip(1).Aggregate(losses[0].Value, (total, loss) => total + loss.Value);
        return new StepLosses(sum, [.. losses.Select(loss => KeyValuePair.Create(loss.Name, loss.Value))]);
    }

    public void AfterStep()
    {
        if (average is not null)
        {
            AveragedWeights.Update(average, detector, options.Ema!.Value);
        }
    }

    public IEnumerable<KeyValuePair<string, double>> Gauges() => [];

    public EpochReport EndEpoch(EpochSummary epoch, CancellationToken cancellation)
    {
        var isDue = epoch.Number % options.EvaluateEveryEpochs == 0 || epoch.StepsDone == TotalSteps;
        var measured = isDue && frames.Test.Count > 0 ? measurement.Run(Product, frames.Test, cancellation) : null;
        detector.train();
        WriteProducts();
        KeepBest(measured);
        var metrics = new FinetuneEpoch(
            epoch.Number,
            epoch.Sums.Mean(TrainingStep<DetectionBatch>.Loss) ?? 0,
            measured?.Map,
            measured?.Map50,
            epoch.Sums.Seconds)
        {
            PerClass = measured?.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap),
        };
        var line = FormattableString.Invariant(
            $"loss {metrics.Loss:F4}, mAP {Share(metrics.Map)}, mAP50 {Share(metrics.Map50)}, {metrics.Seconds:F1} s");
        return new EpochReport(metrics, line);
    }

    public IEnumerable<string> EndRun(CancellationToken cancellation) => [];

    public void WriteProducts() => Write(LastFile);

    public void OnStopped()
    {
    }

    public IEnumerable<KeyValuePair<string, Tensor>> StateTensors() =>
        [.. StateDict.InOrder(detector, WeightsFront), .. average is null ? [] : StateDict.InOrder(average, AverageFront)];

    public IReadOnlyDictionary<string, string> StateTexts() =>
        new Dictionary<string, string> { [StateKey] = JsonSerializer.Serialize(state, DetectorCheckpoint.Json) };

    public void Restore(RunState saved)
    {
        state = JsonSerializer.Deserialize<FinetuneState>(saved.Texts[StateKey], DetectorCheckpoint.Json)!;
        DetectorCheckpoint.LoadInto(StateDict.InOrder(detector), saved.Below(WeightsFront), saved.Path);
        if (average is not null)
        {
            DetectorCheckpoint.LoadInto(StateDict.InOrder(average), saved.Below(AverageFront), saved.Path);
        }
    }

    public void Dispose()
    {
        average?.Dispose();
        detector.Dispose();
        sampling.Dispose();
        data.Dispose();
    }

    private static string Share(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    private static ResNet RequireBackbone(Detector detector) => detector.ResidualBackbone
        ?? throw new UserErrorException($"backboneWeights: a detector of architecture {detector.Architecture} takes none.");

    /// <exception cref="UserErrorException">Norms are frozen that have no statistics.</exception>
    private static void RequireStatistics(FinetuneOptions options)
    {
        var isFrozen = options.Detector.Backbone.BatchNorm == BatchNormMode.Frozen;
        if (isFrozen && options is { BackboneWeights: null, FrozenNormsWithoutWeights: false })
        {
            throw new UserErrorException(
                "backboneWeights: frozen norms need the statistics of a trained backbone; name one with --backbone-weights, "
                + "or set detector.backbone.batchNorm to train. (frozenNormsWithoutWeights imitates the baseline of the paper's authors, "
                + "a network without normalization.)");
        }
    }

    private Detector Average(IDetectorArchitecture architecture)
    {
        var follower = architecture.Create(options, sampling);
        follower.to(device);
        follower.ComputeType = options.Precision.Type();
        AveragedWeights.Begin(follower, detector);
        return follower;
    }

    private void KeepBest(DetectionEvaluationResult? measured)
    {
        if (measured?.Map is { } map && !(map <= state.BestMap))
        {
            Write(BestFile);
            state = state with { BestMap = map };
        }
    }

    private void Write(string file) =>
        DetectorCheckpoint.Save(Path.Combine(options.Output, file), Product, options.Labels, options.LabelMap);

    /// <param name="BestMap">Best mAP so far; null before the first measurement.</param>
    private sealed record FinetuneState(double? BestMap);
}
