using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Data;
using Pipeline.Training.Engine;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>Trains a backbone contrastively on unlabelled images: the paper's further pretraining.</summary>
internal sealed class ContrastiveTraining : ITraining<ContrastiveBatch>
{
    private const string BackboneFile = "backbone.safetensors", SkippedFile = "skipped.txt";
    private const string JigsawLoss = "jigsawLoss", Top1 = "top1", FeatureStd = "featureStd", QueueAgeSteps = "queueAgeSteps";

    private readonly PretrainOptions options;
    private readonly ResNetOptions network;
    private readonly Device device;
    private readonly UnlabeledImages images;
    private readonly SkippedImages skipped;
    private readonly ContrastiveViews views;
    private readonly ContrastiveSchedule schedule;
    private readonly InfoMin method;
    private readonly ILogger log;
    private readonly ImageDigests learned;
    private readonly List<Tensor> keys = [];
    private RandomNumbers? shuffle;

    /// <param name="options">The first weights come from its seed, or from its file of weights.</param>
    /// <param name="control">How the run is entered; null: as a new one.</param>
    /// <exception cref="UserErrorException">The images are too few, or the file of weights is of another architecture.</exception>
    public ContrastiveTraining(PretrainOptions options, RunControl? control = null)
    {
        this.options = options;
        network = options.Network;
        images = UnlabeledImages.Of(options.Images, options.ImagesRoot);
        skipped = new SkippedImages(options.MaxSkippedImages);
        views = new ContrastiveViews(
            images.Files,
            options.Views,
            options.Contrastive.Jigsaw ? options.Patches : null,
            (ulong)options.Seed,
            skipped,
            options.Device);
        schedule = new ContrastiveSchedule(options.LearningRate, options.Epochs);
        StepsPerEpoch = views.Batches(options.BatchSize, options.DropLastBatch);
        if (StepsPerEpoch == 0)
        {
            throw new UserErrorException(
                $"{options.Images}: holds fewer images than one batch of {options.BatchSize}; add images or make the batch smaller.");
        }

        var entered = control ?? new RunControl();
        log = entered.Log;
        var first = LearnedImages.In(WeightChoice.FileOf(options.Weights));
        learned = RunImages.Of(options.Output, entered.Resume, images.Files, first, log, entered.Cancellation);
        device = ComputeDevice.Of(options.Device);
        manual_seed(options.Seed);
        Backbone = new ResNet(network);
        Query = ContrastiveModel.OfResNet(Backbone, options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        var follower = new ResNet(network);
        Key = ContrastiveModel.OfResNet(follower, options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        Query.ComputeType = options.Precision.Type();
        Key.ComputeType = options.Precision.Type();
        Query.train();
        Key.train();
        ContrastiveWeights.Begin(WeightChoice.FileOf(options.Weights), Query, Backbone, Key, log);
        Query.to(device);
        Key.to(device);
        using var generator = new Generator((ulong)options.Seed);
        Queue = FeatureQueue.Random(options.Contrastive.QueueSize, options.Contrastive.Dimension, generator, device);
        method = new InfoMin(options.Contrastive, Query, Key, Queue);
    }

    /// <summary>The encoder that learns.</summary>
    public ResNet Backbone { get; }

    public ContrastiveModel Query { get; }

    public ContrastiveModel Key { get; }

    public FeatureQueue Queue { get; }

    public string Name => "pretrain";

    public string Subject => $"{images.Files.Count} images";

    public object Data => PretrainData.Of(images.Files);

    public IReadOnlyList<string> Remarks =>
    [
        .. images.Remarks,
        .. PretrainLines.LongQueue(options.Contrastive.QueueSize, images.Files.Count),
        .. RunImages.Remarks(learned),
    ];

    public int StepsPerEpoch { get; }

    public long TotalSteps => (long)StepsPerEpoch * options.Epochs;

    public bool HasStoppedEarly => false;

    /// <summary>Batch norms need two images.</summary>
    public int LeastImages => 2;

    public nn.Module Model => Query;

    public IReadOnlyList<string> Products => [BackboneFile, RunImages.FileName];

    /// <summary>Runs a training to its end, or as far as it is let.</summary>
    /// <param name="options">The settings.</param>
    /// <param name="control">How the run is entered, watched and ended.</param>
    /// <exception cref="UserErrorException">A file or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted; it can be resumed.</exception>
    public static PretrainResult Run(PretrainOptions options, RunControl? control = null)
    {
        ContrastiveTraining? training = null;
        control ??= new RunControl();
        TrainingLoop<ContrastiveBatch>.Run(options, () => training = new ContrastiveTraining(options, control), control);
        return new PretrainResult(
            Path.Combine(options.Output, BackboneFile),
            RunMetrics.Read<PretrainEpoch>(options.Output),
            training!.skipped.Count);
    }

    public IEnumerable<ContrastiveBatch> Batches(long step) =>
        views.Epoch(EpochOf(step), options.BatchSize, options.Workers, (int)(step % StepsPerEpoch), options.DropLastBatch);

    public double LearningRate(long step) => schedule.AtEpoch(EpochOf(step));

    public void BeginStep(long step)
    {
        Forget();
        shuffle = new RandomNumbers((ulong)options.Seed, "key-shuffle", (ulong)step);
        method.BeginStep();
    }

    public StepLosses Losses(ContrastiveBatch part)
    {
        var pass = method.Forward(part.To(device), shuffle);
        keys.Add(pass.Key.DetachFromDisposeScope());
        var values = new List<KeyValuePair<string, Tensor>>
        {
            new(Top1, InfoNce.Top1(pass.Logits)),
            new(FeatureStd, pass.Query.std(0).mean()),
        };
        if (pass.JigsawLoss is { } loss)
        {
            values.Insert(0, new(JigsawLoss, loss));
        }

        return new StepLosses(pass.Total, values);
    }

    public void AfterStep()
    {
        method.AfterStep(keys is [var all] ? all : cat(keys));
        Forget();
    }

    public IEnumerable<KeyValuePair<string, double>> Gauges() => [new(QueueAgeSteps, QueueAge())];

    public EpochReport EndEpoch(EpochSummary epoch, CancellationToken cancellation)
    {
        var sums = epoch.Sums;
        if (sums.Steps == 0)
        {
            throw new UserErrorException($"{options.Images}: no batch of epoch {epoch.Number} had two images that can be read.");
        }

        WriteProducts();
        if (options.KeepBackboneEveryEpochs > 0 && epoch.Number % options.KeepBackboneEveryEpochs == 0)
        {
            BackboneCheckpoint.Save(In($"backbone-epoch-{epoch.Number}.safetensors"), Backbone, network, learned);
        }

        var metrics = new PretrainEpoch(
            Epoch: epoch.Number,
            Steps: epoch.StepsDone,
            Loss: sums.Mean(TrainingStep<ContrastiveBatch>.Loss)!.Value,
            JigsawLoss: sums.Mean(JigsawLoss),
            Top1: sums.Mean(Top1)!.Value,
            FeatureStd: sums.Last[FeatureStd],
            QueueAgeSteps: QueueAge(),
            LearningRate: epoch.LearningRate,
            ImagesPerSecond: sums.ImagesPerSecond(),
            Seconds: sums.Seconds);
        return new EpochReport(metrics, PretrainLines.Epoch(metrics, options.Contrastive.Dimension, Skipped()));
    }

    public IEnumerable<string> EndRun(CancellationToken cancellation) => [];

    public void WriteProducts()
    {
        RunImages.Write(options.Output, learned);
        BackboneCheckpoint.Save(In(BackboneFile), Backbone, network, learned);
    }

    public void OnStopped() => skipped.Write(In(SkippedFile));

    public IEnumerable<KeyValuePair<string, Tensor>> StateTensors() => ContrastiveWeights.State(Query, Key, Queue);

    public IReadOnlyDictionary<string, string> StateTexts()
    {
        var texts = ContrastiveWeights.Texts(network, Queue);
        LearnedImages.Add(texts, learned);
        return texts;
    }

    public void Restore(RunState state) => ContrastiveWeights.Restore(state, Query, Key, Queue, log);

    public void Dispose()
    {
        Forget();
        Queue.Dispose();
        Query.Dispose();
        Key.Dispose();
    }

    private string In(string name) => Path.Combine(options.Output, name);

    private int EpochOf(long step) => (int)(step / StepsPerEpoch) + 1;

    private double QueueAge() => Math.Min(Queue.Enqueued, options.Contrastive.QueueSize) / (double)options.BatchSize;

    private string? Skipped() => skipped.Count == 0 ? null : $"{skipped.Count} images skipped ({In(SkippedFile)})";

    private void Forget()
    {
        foreach (var key in keys)
        {
            key.Dispose();
        }

        keys.Clear();
    }
}
