using System.Globalization;
using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Text;
using Pipeline.Training.Data;
using Pipeline.Training.Detection.Checkpoints;
using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Training;

/// <summary>Trains a detector on labelled images, and measures its mAP.</summary>
internal sealed class DetectorTraining : ITraining<DetectionBatch>
{
    private const string LastFile = "last.safetensors", BestFile = "best.safetensors";
    private const string StateKey = "finetune";
    private const int ClassesShown = 20;

    private readonly FinetuneOptions options;
    private readonly Device device;
    private readonly Dataset dataset;
    private readonly FinetuneImages images;
    private readonly WeightOrigin origin;
    private readonly DetectionData data;
    private readonly Generator sampling;
    private readonly TrainedDetector detector;
    private readonly DetectionBatches batches;
    private readonly DetectorSchedule schedule;
    private readonly DetectorMeasurement measurement;
    private FinetuneState state = new(Epochs: 0, BestEpoch.None, HasStopped: false);

    /// <param name="options">The settings, with the classes.</param>
    /// <param name="dataset">The images that they name.</param>
    /// <param name="architecture">Of the detector.</param>
    /// <param name="control">How the run is entered; null: as a new one.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong.</exception>
    public DetectorTraining(FinetuneOptions options, Dataset dataset, IDetectorArchitecture architecture, RunControl? control = null)
    {
        this.options = options;
        this.dataset = dataset;
        var entered = control ?? new RunControl();
        var labels = new LabelMap(options.Labels, options.LabelMap);
        images = new FinetuneImages(options, dataset, labels, entered.Cancellation);
        device = ComputeDevice.Of(options.Device);
        BackboneStart.RequireStatistics(options);
        origin = FirstWeights.Origin(options, dataset, images, entered);
        data = new DetectionData(images.Surveyed, labels, options.CacheBytes, options.IgnoreDontCare);
        manual_seed(options.Seed);
        sampling = new Generator((ulong)options.Seed);
        detector = new TrainedDetector(options, architecture, device, sampling, entered.Log);
        batches = new DetectionBatches(data, images.Train, options, detector.Learning.LoadedSize);
        schedule = new DetectorSchedule(options, batches.PerEpoch);
        measurement = new DetectorMeasurement(options, labels, data);
    }

    public string Name => "finetune";

    public string Subject => $"{images.Train.Count} images";

    public object Data => FinetuneData.Of(options, dataset, images, origin.Leak);

    public IReadOnlyList<string> Remarks =>
    [
        $"{options.Labels.Count} classes: {FirstFew.Of(options.Labels, ClassesShown)}",
        schedule.Line(),
        BackboneStart.Line(options),
        .. detector.Beginning,
        .. images.Remarks(),
        .. origin.Remarks(),
        .. options.Ema is { } decay ? AveragedWeights.Remarks(decay, TotalSteps) : [],
    ];

    public int StepsPerEpoch => batches.PerEpoch;

    public long TotalSteps => batches.Total;

    public bool HasStoppedEarly => state.HasStopped;

    public int LeastImages => 1;

    public nn.Module Model => detector.Learning;

    public IReadOnlyList<string> Products => [LastFile, RunImages.FileName];

    /// <summary>Runs a training to its end, or as far as it is let.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="control">How the run is entered, watched and ended.</param>
    /// <param name="architecture">Of the detector; null: Faster R-CNN.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted; it can be resumed.</exception>
    public static FinetuneResult Run(FinetuneOptions options, RunControl? control = null, IDetectorArchitecture? architecture = null)
    {
        control ??= new RunControl();
        var dataset = Dataset.Open(options.Data, options.Format);
        var settled = WithClasses(options, dataset);
        TrainingLoop<DetectionBatch>.Run(
            settled,
            () => new DetectorTraining(settled, dataset, architecture ?? new FasterRcnnArchitecture(), control),
            control);
        return new FinetuneResult(Path.Combine(options.Output, LastFile), RunMetrics.Read<FinetuneEpoch>(options.Output));
    }

    /// <summary>The settings with the classes that the run learns: those that are named, or those of the data set.</summary>
    /// <exception cref="UserErrorException">There is no class.</exception>
    public static FinetuneOptions WithClasses(FinetuneOptions options, Dataset dataset) =>
        options with { Labels = LabelMap.ClassesOf(options.Labels, options.LabelMap, dataset) };

    public IEnumerable<DetectionBatch> Batches(long step) => batches.ToEndOfEpoch(step);

    public double LearningRate(long step) => schedule.At(step);

    public void BeginStep(long step)
    {
        var seed = new RandomNumbers((ulong)options.Seed, "sampler", (ulong)step).NextInt(int.MaxValue);
        sampling.manual_seed(seed);
    }

    public StepLosses Losses(DetectionBatch part)
    {
        Tensor[] pixels = [.. part.Images.Select(image => image.to(device, non_blocking: true))];
        DetectionTarget[] targets = [.. part.Targets.Select(target => target.To(device))];
        var losses = detector.Learning.NamedLosses(pixels, targets, part.MinSizesPixels);
        var sum = losses.Skip(1).Aggregate(losses[0].Value, (total, loss) => total + loss.Value);
        return new StepLosses(sum, [.. losses.Select(loss => KeyValuePair.Create(loss.Name, loss.Value))]);
    }

    public void AfterStep() => detector.AfterStep();

    public IEnumerable<KeyValuePair<string, double>> Gauges() => [];

    public EpochReport EndEpoch(EpochSummary epoch, CancellationToken cancellation)
    {
        var isDue = epoch.Number % options.EvaluateEveryEpochs == 0 || epoch.StepsDone == TotalSteps;
        var measured = isDue && images.Choosing.Count > 0 ? measurement.Run(detector.Product, images.Choosing, cancellation) : null;
        detector.Learning.train();
        WriteProducts();
        KeepBest(epoch.Number, measured);
        var metrics = new FinetuneEpoch(
            epoch.Number,
            epoch.Sums.Mean(TrainingStep<DetectionBatch>.Loss) ?? 0,
            measured?.Map,
            measured?.Map50,
            epoch.Sums.Seconds)
        {
            PerClass = measured?.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap),
        };
        var line = string.Create(
            CultureInfo.InvariantCulture,
            $"loss {metrics.Loss:F4}, mAP {FinetuneReport.Rounded(metrics.Map)}, "
            + $"mAP50 {FinetuneReport.Rounded(metrics.Map50)}, {metrics.Seconds:F1} s");
        return new EpochReport(metrics, line);
    }

    public IEnumerable<string> EndRun(CancellationToken cancellation)
    {
        if (RunFolder.Has(options.Output, FinetuneReport.FileName))
        {
            return [];
        }

        var best = state.Best;
        var report = new FinetuneReport(state.Epochs, state.HasStopped, ChosenOn(), best.Value is null ? null : best.Epoch, best.Value)
        {
            Test = OnTestList(cancellation),
            Leak = origin.Leak,
        };
        report.Write(options.Output);
        return report.Lines();
    }

    public void WriteProducts()
    {
        RunImages.Write(options.Output, origin.Learned);
        Write(LastFile);
    }

    public void OnStopped()
    {
    }

    public IEnumerable<KeyValuePair<string, Tensor>> StateTensors() => detector.State();

    public IReadOnlyDictionary<string, string> StateTexts() =>
        new Dictionary<string, string> { [StateKey] = JsonSerializer.Serialize(state, JsonFormat.Options) };

    public void Restore(RunState saved)
    {
        state = JsonSerializer.Deserialize<FinetuneState>(saved.Texts[StateKey], JsonFormat.Options)!;
        detector.Restore(saved);
    }

    public void Dispose()
    {
        detector.Dispose();
        sampling.Dispose();
        data.Dispose();
    }

    private void KeepBest(int epoch, DetectionEvaluationResult? measured)
    {
        if (state.Best.IsBeatenBy(measured?.Map))
        {
            Write(BestFile);
        }

        var best = state.Best.After(epoch, measured?.Map);
        state = new FinetuneState(epoch, best, measured is not null && best.StopsAt(epoch, options.Patience));
    }

    private string? ChosenOn()
    {
        if (images.Choosing.Count == 0)
        {
            return null;
        }

        return images.TestChooses ? FinetuneReport.TestList : FinetuneReport.Validation;
    }

    /// <summary>The best weights on the test list: measured now, or when they were chosen by it; null without such a list.</summary>
    private MeasuredAverages? OnTestList(CancellationToken cancellation)
    {
        if (images.TestChooses)
        {
            var epoch = RunMetrics.Read<FinetuneEpoch>(options.Output).FirstOrDefault(epoch => epoch.Epoch == state.Best.Epoch);
            return new MeasuredAverages(state.Best.Value, epoch?.Map50, epoch?.PerClass);
        }

        if (images.Test.Count == 0)
        {
            return null;
        }

        var file = state.Best.Value is null ? LastFile : BestFile;
        using var best = detector.Load(Path.Combine(options.Output, file));
        return MeasuredAverages.Of(measurement.Run(best, images.Test, cancellation));
    }

    private void Write(string file) => detector.Save(Path.Combine(options.Output, file), origin);

    /// <param name="Epochs">That are over.</param>
    /// <param name="Best">So far.</param>
    /// <param name="HasStopped">Whether patience has ended the run.</param>
    private sealed record FinetuneState(int Epochs, BestEpoch Best, bool HasStopped);
}
