using System.Diagnostics;
using Pipeline.Shared;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Configuration;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Trains a backbone contrastively on unlabelled images: the paper's further pretraining.</summary>
public sealed class PretrainRun
{
    private const string Command = "pretrain", CheckpointFile = "last.safetensors", BackboneFile = "backbone.safetensors";
    private const string SkippedFile = "skipped.txt";
    private const double CollapsedShare = 0.1;

    /// <summary>Settings that do not change what is learnt.</summary>
    private static readonly string[] Free = ["workers", "device", "maxSkippedImages", "checkpointEverySteps", "logEverySteps", "keepBackboneEveryEpochs", "output", "images", "imagesRoot"];

    private readonly PretrainOptions options;
    private readonly RunLog log;
    private readonly CancellationToken cancellation;
    private readonly SkippedImages skipped;
    private readonly ContrastiveViews views;
    private readonly ContrastiveSchedule schedule;
    private readonly int batches;
    private readonly PretrainData data;
    private readonly IReadOnlyList<string> remarks;

    private PretrainRun(PretrainOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        OptionRules.Check(options);
        (this.options, this.cancellation) = (options, cancellation);
        log = new RunLog(options.Output, progress);
        skipped = new SkippedImages(options.MaxSkippedImages);
        var images = UnlabelledImages.Of(options.Images, options.ImagesRoot);
        remarks = [.. images.Remarks, .. LongQueue(options.Contrastive.QueueSize, images.Files.Count)];
        data = PretrainData.Of(images.Files);
        views = new ContrastiveViews(
            images.Files,
            options.Views,
            options.Contrastive.Jigsaw ? options.Patches : null,
            (ulong)options.Seed,
            skipped,
            options.Device);
        schedule = new ContrastiveSchedule(options.LearningRate, options.Epochs);
        batches = views.Batches(options.BatchSize, options.DropLastBatch);
        if (batches == 0)
        {
            throw new UserErrorException($"{options.Images}: holds fewer images than one batch of {options.BatchSize}; add images or make the batch smaller.");
        }
    }

    /// <param name="options">What to do.</param>
    /// <param name="resume">Go on with the run in the output folder; on the CPU to the very weights that it would have had without a
    /// stop.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Ends the run after the step; its state is saved first.</param>
    /// <exception cref="UserErrorException">A file or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; it can go on.</exception>
    public static PretrainResult Run(PretrainOptions options, bool resume = false, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        new PretrainRun(options, progress, cancellation).Run(resume);

    private PretrainResult Run(bool resume)
    {
        if (!resume)
        {
            RunFolder.RequireNew(options.Output);
        }

        using var tf32 = TensorFloat32.Use(options.Tf32);
        using var training = new ContrastiveTraining(options);
        using var held = RunFolder.Begin(options.Output, Command, options, data, resume, Free);
        var position = resume && RunFolder.Has(options.Output, CheckpointFile) ? ContrastiveCheckpoint.Resume(In(CheckpointFile), training) : new PretrainPosition();
        Begin(position);
        RunFolder.TellBeginningAgain(log, options.Output, resume, CheckpointFile, new TrainingProgress(0, (long)options.Epochs * batches, 0));
        var steps = new StepLog(options.Output, Command, StepsBefore(position));
        var epochs = RunFolder.ReadMetrics<PretrainMetrics>(options.Output).Where(epoch => epoch.Epoch < position.Epoch).ToList();
        RunFolder.KeepOrRemove(options.Output, CheckpointFile, () => Epochs(training, position, steps, epochs));
        return new PretrainResult(In(BackboneFile), epochs, skipped.Count);
    }

    private void Epochs(ContrastiveTraining training, PretrainPosition position, StepLog steps, List<PretrainMetrics> epochs)
    {
        try
        {
            while (position.Epoch <= options.Epochs)
            {
                position = Epoch(training, position, steps);
                epochs.Add(Finish(training, position));
                RunFolder.WriteMetrics(options.Output, epochs);
                position = new PretrainPosition { Epoch = position.Epoch + 1 };
                ContrastiveCheckpoint.Save(In(CheckpointFile), training, options.Backbone, position);
            }
        }
        finally
        {
            skipped.Write(In(SkippedFile));
        }
    }

    /// <summary>A queue that is longer than an epoch holds keys of one image from several epochs, the query's own image among them.</summary>
    private static IEnumerable<string> LongQueue(int queueSize, int images)
    {
        if (queueSize > images)
        {
            var times = (double)queueSize / images;
            yield return FormattableString.Invariant(
                $"warning: the queue of {queueSize} keys is longer than the {images} images: it holds each image about {times:F1} times, the query's own among the negatives; a shorter one is --queue");
        }
    }

    private void Begin(PretrainPosition position)
    {
        var total = (long)options.Epochs * batches;
        foreach (var remark in remarks)
        {
            log.Report(new TrainingProgress(StepsBefore(position), total, 0, remark));
        }

        if (position.Epoch > options.Epochs)
        {
            log.Report(new TrainingProgress(
                total,
                total,
                0,
                $"the run in {options.Output} has all its {options.Epochs} epochs; nothing is left to do"));
        }
    }

    private string In(string name) => Path.Combine(options.Output, name);

    private long StepsBefore(PretrainPosition position) => (position.Epoch - 1L) * batches + position.Batch;

    private PretrainPosition Epoch(ContrastiveTraining training, PretrainPosition position, StepLog stepLog)
    {
        var rate = schedule.AtEpoch(position.Epoch);
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in views.Epoch(position.Epoch, options.BatchSize, options.Workers, position.Batch, options.DropLastBatch))
        {
            using var _ = batch;
            var sums = batch.Count < 2 ? position.Sums : Step(training, position, batch, rate);   // batch norms need two images
            sums = sums with { Seconds = sums.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds };
            start = Stopwatch.GetTimestamp();
            position = position with { Batch = position.Batch + 1, Sums = sums };
            Tell(training, position, rate, stepLog);
        }

        return position;
    }

    private PretrainSums Step(ContrastiveTraining training, PretrainPosition position, ContrastiveBatch batch, double rate)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        var result = training.Step(batch, rate, StepsBefore(position));
        var values = stack([result.Total, result.JigsawLoss ?? result.Loss, InfoNce.Top1(result.Logits), result.Query.std(0).mean()]).HostFloats();
        if (!float.IsFinite(values[0]))
        {
            throw new UserErrorException($"the loss is {values[0]} in epoch {position.Epoch}, batch {position.Batch}, on {string.Join(", ", batch.Files)}; lower the learning rate, or look at these images.");
        }

        var sums = position.Sums;
        return new PretrainSums(sums.Steps + 1, sums.Images + batch.Count, sums.Loss + values[0], sums.JigsawLoss + values[1], sums.Top1 + values[2], values[3], sums.Seconds);
    }

    private void Tell(ContrastiveTraining training, PretrainPosition position, double rate, StepLog stepLog)
    {
        var steps = StepsBefore(position);
        log.Report(new TrainingProgress(steps, (long)options.Epochs * batches, position.Sums.Steps == 0 ? 0 : position.Sums.Loss / position.Sums.Steps));
        if (steps % options.LogEverySteps == 0 && position.Sums.Steps > 0)
        {
            stepLog.Write(steps, Metrics(training, position, rate));
        }

        if (cancellation.IsCancellationRequested)
        {
            ContrastiveCheckpoint.Save(In(CheckpointFile), training, options.Backbone, position);
            BackboneCheckpoint.Save(In(BackboneFile), training.Backbone, options.Backbone);
            log.Write($"interrupted after step {steps}; saved");
            cancellation.ThrowIfCancellationRequested();
        }

        if (options.CheckpointEverySteps > 0 && steps % options.CheckpointEverySteps == 0 && position.Batch < batches)
        {
            ContrastiveCheckpoint.Save(In(CheckpointFile), training, options.Backbone, position);
        }
    }

    private PretrainMetrics Finish(ContrastiveTraining training, PretrainPosition position)
    {
        if (position.Sums.Steps == 0)
        {
            throw new UserErrorException($"{options.Images}: no batch of epoch {position.Epoch} had two images that can be read.");
        }

        BackboneCheckpoint.Save(In(BackboneFile), training.Backbone, options.Backbone);
        if (options.KeepBackboneEveryEpochs > 0 && position.Epoch % options.KeepBackboneEveryEpochs == 0)
        {
            BackboneCheckpoint.Save(In($"backbone-epoch-{position.Epoch}.safetensors"), training.Backbone, options.Backbone);
        }

        var epoch = Metrics(training, position, schedule.AtEpoch(position.Epoch));
        var line = $"epoch {epoch.Epoch}/{options.Epochs}: loss {epoch.Loss:F4}, positive first {epoch.Top1:P1}, feature spread {epoch.FeatureStd:F3}, {epoch.ImagesPerSecond:F0} images/s, {epoch.Seconds:F1} s";
        line += skipped.Count > 0 ? $", {skipped.Count} images skipped ({In(SkippedFile)})" : "";
        line += epoch.FeatureStd < CollapsedShare / Math.Sqrt(options.Contrastive.Dimension) ? "; WARNING: the features have all but collapsed to one point" : "";
        skipped.Write(In(SkippedFile));
        log.Report(new TrainingProgress(StepsBefore(position), (long)options.Epochs * batches, epoch.Loss, line));
        return epoch;
    }

    private PretrainMetrics Metrics(ContrastiveTraining training, PretrainPosition position, double rate)
    {
        var sums = position.Sums;
        return new PretrainMetrics(
            position.Epoch, StepsBefore(position), sums.Loss / sums.Steps, options.Contrastive.Jigsaw ? sums.JigsawLoss / sums.Steps : null, sums.Top1 / sums.Steps, sums.FeatureStd,
            Math.Min(training.Queue.Enqueued, options.Contrastive.QueueSize) / (double)options.BatchSize, rate, sums.Images / Math.Max(sums.Seconds, 1e-9), sums.Seconds);
    }
}
