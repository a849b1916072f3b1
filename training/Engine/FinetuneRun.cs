using System.Diagnostics;
using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using TorchSharp;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Trains a detector on frames in KITTI's layout with SGD, and measures its mAP on the test frames.</summary>
public static class FinetuneRun
{
    /// <param name="options">What to do.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Ends the run after the step; the checkpoint is saved first.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; its checkpoint is there.</exception>
    public static FinetuneResult Run(FinetuneOptions options, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        var dataset = KittiDataset.Open(options.Data);
        var split = Split(options, dataset);
        var labels = new LabelMap(options.Labels, options.LabelMap);
        RunFolder.Create(options.Output, options);
        var device = new Device(options.Device);
        manual_seed(options.Seed);
        using var detector = new FasterRcnn(options.Detector with { NumClasses = options.Labels.Count + 1, SamplerSeed = options.Seed });
        if (options.BackboneWeights is { } weights)
        {
            BackboneCheckpoint.LoadInto(detector.Backbone.Body, weights);
        }

        detector.to(device);
        using var data = new KittiTrainingData(dataset, labels, options.CacheBytes);
        using var optimizer = optim.SGD(
            detector.parameters().Where(parameter => parameter.requires_grad), options.LearningRate, options.Momentum, weight_decay: options.WeightDecay);
        var schedule = new WarmupMultiStepSchedule(options.LearningRate, options.WarmupIterations, options.Milestones, 0.1);
        var checkpoint = Path.Combine(options.Output, "last.safetensors");
        var epochs = new List<FinetuneEpoch>();
        long iteration = 0;
        var batches = (split.Train.Count + options.BatchSize - 1) / options.BatchSize;
        for (var epoch = 0; epoch < options.Epochs; epoch++)
        {
            var start = Stopwatch.GetTimestamp();
            detector.train();
            var (sum, steps) = (0.0, 0);
            foreach (var batch in new RandomNumbers((ulong)options.Seed, "order", (ulong)epoch).Permutation(split.Train.Count).Chunk(options.BatchSize))
            {
                foreach (var group in optimizer.ParamGroups)
                {
                    group.LearningRate = schedule.At(epoch, iteration);
                }

                var value = Step(detector, optimizer, data, [.. batch.Select(index => split.Train[index])], options, epoch, device);
                (sum, steps, iteration) = (sum + value, steps + 1, iteration + 1);
                progress?.Report(new TrainingProgress(iteration, (long)options.Epochs * batches, value));
                if (cancellation.IsCancellationRequested)
                {
                    DetectorCheckpoint.Save(checkpoint, detector, options.Labels);
                    cancellation.ThrowIfCancellationRequested();
                }
            }

            var measured = split.Test.Count > 0 && ((epoch + 1) % options.EvaluateEveryEpochs == 0 || epoch + 1 == options.Epochs)
                ? Evaluate(detector, dataset, data, split.Test, labels, device)
                : null;
            DetectorCheckpoint.Save(checkpoint, detector, options.Labels);
            epochs.Add(new FinetuneEpoch(epoch, sum / steps, measured?.Map, measured?.Map50, Stopwatch.GetElapsedTime(start).TotalSeconds));
            RunFolder.WriteMetrics(options.Output, epochs);
            progress?.Report(new TrainingProgress(iteration, (long)options.Epochs * batches, sum / steps, $"epoch {epoch + 1}/{options.Epochs}: loss {sum / steps:F4}, mAP {Share(measured?.Map)}, mAP50 {Share(measured?.Map50)}, {epochs[^1].Seconds:F1} s"));
        }

        return new FinetuneResult(checkpoint, epochs);
    }

    private static double Step(FasterRcnn detector, optim.Optimizer optimizer, KittiTrainingData data, string[] frames, FinetuneOptions options, int epoch, Device device)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        var samples = frames.Select(frame => data.Load(frame, options.HorizontalFlip && new RandomNumbers((ulong)options.Seed, "flip/" + frame, (ulong)epoch).NextDouble() < 0.5, device)).ToArray();
        var loss = detector.Losses([.. samples.Select(sample => sample.Image)], [.. samples.Select(sample => sample.Target)]).Sum();
        optimizer.zero_grad();
        loss.backward();
        if (options.ClipGradientNorm > 0)
        {
            nn.utils.clip_grad_norm_(detector.parameters(), options.ClipGradientNorm);
        }

        var value = loss.item<float>();
        if (!float.IsFinite(value))
        {
            throw new UserErrorException($"the loss is {value} in epoch {epoch} on the frames {string.Join(", ", frames)}; lower the learning rate, or look at these frames' labels. The last checkpoint is kept.");
        }

        optimizer.step();
        return value;
    }

    private static DetectionEvaluationResult Evaluate(
        FasterRcnn detector, KittiDataset dataset, KittiTrainingData data, IReadOnlyList<string> frames, LabelMap labels, Device device)
    {
        detector.eval();
        return DetectionEvaluation.Evaluate(labels, frames.Select(frame =>
        {
            using var scope = NewDisposeScope();
            var found = detector.Detect([data.Load(frame, flip: false, device).Image])[0];
            var rows = cat([found.Boxes, found.Scores.unsqueeze(1), found.Labels.unsqueeze(1).to(float32)], 1).to(CPU).contiguous();
            float[] numbers = rows.numel() == 0 ? [] : rows.data<float>().ToArray();
            return new EvaluatedFrame(frame, dataset.ReadLabels(frame), [.. numbers.Chunk(6).Select(row => new Pipeline.Shared.Geometry.Detection((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3])))]);
        }));
    }

    private static string Share(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    private static KittiSplit Split(FinetuneOptions options, KittiDataset dataset)
    {
        var seeded = KittiSplit.Create(dataset.FrameIds, (ulong)options.Seed);
        var split = new KittiSplit(
            options.TrainList is { } train ? KittiSplit.ReadList(train) : seeded.Train,
            options.TestList is { } test ? KittiSplit.ReadList(test) : options.TrainList is null ? seeded.Test : []);
        return split.Train.Count > 0 ? split : throw new UserErrorException($"{options.Data}: no frame is left to learn from; name a list with --train-list.");
    }
}
