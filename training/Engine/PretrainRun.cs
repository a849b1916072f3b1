using System.Diagnostics;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Contrastive;
using Pipeline.Training.Data;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Trains a backbone contrastively on unlabelled images: the paper's further pretraining.</summary>
public static class PretrainRun
{
    /// <param name="options">What to do.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Ends the run after the step; the backbone is saved first.</param>
    /// <exception cref="UserErrorException">A file or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; its backbone is there.</exception>
    public static PretrainResult Run(PretrainOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var views = new ContrastiveViews(ImageFolder.List(options.Images), options.Views, options.Contrastive.Jigsaw ? options.Patches : null, (ulong)options.Seed);
        var batches = views.Batches(options.BatchSize);
        if (batches == 0)
        {
            throw new UserErrorException($"{options.Images}: holds fewer images than one batch of {options.BatchSize}; add images or make the batch smaller.");
        }

        if (options.Contrastive.QueueSize < options.BatchSize)
        {
            throw new UserErrorException($"contrastive.queueSize: {options.Contrastive.QueueSize} keys are fewer than a batch of {options.BatchSize}; make the queue longer.");
        }

        RunFolder.Create(options.Output, options);
        var device = new Device(options.Device);
        manual_seed(options.Seed);
        var backbone = new ResNet(options.Backbone);
        if (options.Weights is { } weights)
        {
            BackboneCheckpoint.LoadInto(backbone, weights);
        }

        using var query = ContrastiveModel.OfResNet(backbone, options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        using var key = ContrastiveModel.OfResNet(new ResNet(options.Backbone), options.Contrastive.Dimension, options.Contrastive.Jigsaw);
        query.to(device);
        key.to(device);
        MomentumEncoder.Copy(query, key);
        using var generator = new Generator((ulong)options.Seed);
        using var queue = FeatureQueue.Random(options.Contrastive.QueueSize, options.Contrastive.Dimension, generator, device);
        using var optimizer = optim.SGD(query.parameters(), options.LearningRate, options.Momentum, weight_decay: options.WeightDecay);
        var infoMin = new InfoMin(options.Contrastive, query, key, queue, optimizer, new RandomNumbers((ulong)options.Seed, "key-shuffle"));
        var schedule = new ContrastiveSchedule(options.LearningRate, options.Epochs);
        var path = Path.Combine(options.Output, "backbone.safetensors");
        var epochs = new List<PretrainEpoch>();
        for (var epoch = 1; epoch <= options.Epochs; epoch++)
        {
            var start = Stopwatch.GetTimestamp();
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = schedule.AtEpoch(epoch);
            }

            var (loss, top1, spread) = (0.0, 0.0, 0.0);
            var step = 0;
            foreach (var batch in views.Epoch(epoch, options.BatchSize, options.Workers))
            {
                using var _ = batch;
                using var pause = CollectionPause.Begin();
                using var scope = NewDisposeScope();
                var result = infoMin.Step(batch.To(device));
                var value = result.Total.item<float>();
                if (!float.IsFinite(value))
                {
                    throw new UserErrorException($"the loss is {value} in epoch {epoch}, step {step}; lower the learning rate. The backbone of the epoch before is kept.");
                }

                (loss, top1, spread) = (loss + value, top1 + InfoNce.Top1(result.Logits).item<float>(), result.Query.std(0).mean().item<float>());
                progress?.Report(new TrainingProgress((epoch - 1L) * batches + ++step, (long)options.Epochs * batches, value));
                if (cancellation.IsCancellationRequested)
                {
                    BackboneCheckpoint.Save(path, backbone, options.Backbone);
                    cancellation.ThrowIfCancellationRequested();
                }
            }

            BackboneCheckpoint.Save(path, backbone, options.Backbone);
            epochs.Add(new PretrainEpoch(epoch, loss / batches, top1 / batches, spread, schedule.AtEpoch(epoch), Stopwatch.GetElapsedTime(start).TotalSeconds));
            RunFolder.WriteMetrics(options.Output, epochs);
            progress?.Report(new TrainingProgress((long)epoch * batches, (long)options.Epochs * batches, loss / batches, $"epoch {epoch}/{options.Epochs}: loss {loss / batches:F4}, positive first {top1 / batches:P1}, feature spread {spread:F3}, {epochs[^1].Seconds:F1} s"));
        }

        return new PretrainResult(path, epochs);
    }
}
