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
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Trains a detector on frames in KITTI's layout with SGD, and measures its mAP on the test frames.</summary>
public sealed class FinetuneRun
{
    private const string LastFile = "last.safetensors", BestFile = "best.safetensors", ResumeFile = "resume.safetensors";

    /// <summary>Settings that do not change what is learnt.</summary>
    private static readonly string[] Free = ["workers", "device", "checkpointEverySteps", "cacheBytes", "output", "data", "trainList", "testList"];

    private readonly FinetuneOptions options;
    private readonly IProgress<TrainingProgress>? progress;
    private readonly CancellationToken cancellation;
    private readonly KittiDataset dataset;
    private readonly KittiSplit split;
    private readonly LabelMap labels;
    private readonly Device device;
    private LossScaler? scaler;

    private FinetuneRun(FinetuneOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        (this.options, this.progress, this.cancellation) = (options, progress, cancellation);
        dataset = KittiDataset.Open(options.Data);
        split = Split(options, dataset);
        labels = new LabelMap(options.Labels, options.LabelMap);
        device = new Device(options.Device);
        if (options is { BackboneWeights: null, FrozenNormsWithoutWeights: false } && options.Detector.Backbone.BatchNorm == Backbones.BatchNormMode.Frozen)
        {
            throw new UserErrorException("backboneWeights: frozen norms need the statistics of a trained backbone; name one with --backbone-weights, or set detector.backbone.batchNorm to train. (frozenNormsWithoutWeights imitates the baseline of the paper's authors, a network without normalisation.)");
        }
    }

    /// <param name="options">What to do.</param>
    /// <param name="resume">Go on with the run in the output folder, to the very weights that it would have had without a stop.</param>
    /// <param name="progress">Receives every step.</param>
    /// <param name="cancellation">Ends the run after the step; its state is saved first.</param>
    /// <exception cref="UserErrorException">A file, a list or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was ended; it can go on.</exception>
    public static FinetuneResult Run(FinetuneOptions options, bool resume = false, IProgress<TrainingProgress>? progress = null, CancellationToken cancellation = default) =>
        new FinetuneRun(options, progress, cancellation).Run(resume);

    private FinetuneResult Run(bool resume)
    {
        using var data = new KittiTrainingData(dataset, labels, options.CacheBytes, options.IgnoreDontCare);
        var frames = Frames(data);
        if (resume)
        {
            RunFolder.Resume(options.Output, options, Free);
        }
        else
        {
            RunFolder.Create(options.Output, options);
        }

        Warn(frames);
        manual_seed(options.Seed);
        using var sampling = new Generator((ulong)options.Seed);
        using var detector = new FasterRcnn(options.Detector with { NumClasses = options.Labels.Count + 1, SamplerSeed = options.Seed }, BalancedPositiveNegativeSampler.Random(sampling));
        if (options.BackboneWeights is { } weights)
        {
            BackboneCheckpoint.LoadInto(detector.Backbone.Body, weights);
        }

        detector.to(device);
        detector.Backbone.Body.ComputeType = options.Precision.Type();
        var groups = ParameterGroups.Of(detector, options.WeightDecay, options.NormWeightDecay);
        using var optimizer = optim.SGD(
            groups.Select(group => new SGD.ParamGroup(group.Parameters.Select(entry => entry.Parameter), options.LearningRate, options.Momentum, weight_decay: group.WeightDecay)), options.LearningRate, options.Momentum);
        var sgd = new SgdState((SGD)optimizer, [.. groups.SelectMany(group => group.Parameters)]);
        var batches = new DetectionBatches(data, frames, options);
        var digest = UnlabelledImages.Digest(frames);
        var position = resume && File.Exists(In(ResumeFile)) ? FinetuneCheckpoint.Resume(In(ResumeFile), detector, sgd, device) : new FinetunePosition(0, 0, 0, null, digest);
        if (position.FramesDigest != digest)
        {
            throw new UserErrorException($"{options.Data}: these are not the frames, or not in the order, that the run in {options.Output} began with; begin a new run in another folder.");
        }

        scaler = options.Precision != ComputePrecision.Float16 ? null : position.LossScale is { } scale ? new LossScaler(scale.Scale, scale.GoodSteps) : new LossScaler();
        var epochs = RunFolder.ReadMetrics<FinetuneEpoch>(options.Output).Where(epoch => epoch.Epoch < position.Step / batches.PerEpoch).ToList();
        var schedule = new WarmupMultiStepSchedule(options.LearningRate, options.WarmupIterations, options.Milestones, 0.1);
        while (position.Step < batches.Total)
        {
            position = Epoch(detector, (SGD)optimizer, sgd, sampling, batches, schedule, position);
            position = Finish(detector, data, batches, position, epochs);
            FinetuneCheckpoint.Save(In(ResumeFile), detector, sgd, position);
        }

        return new FinetuneResult(In(LastFile), epochs);
    }

    private string In(string name) => Path.Combine(options.Output, name);

    private FinetunePosition Epoch(FasterRcnn detector, SGD optimizer, SgdState sgd, Generator sampling, DetectionBatches batches, WarmupMultiStepSchedule schedule, FinetunePosition position)
    {
        detector.train();
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in batches.ToEndOfEpoch(position.Step))
        {
            using var _ = batch;
            var rate = schedule.At(options.Iterations is null ? position.Step / batches.PerEpoch : position.Step, position.Step);
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            sampling.manual_seed((long)new RandomNumbers((ulong)options.Seed, "sampler", (ulong)position.Step).NextInt(int.MaxValue));
            var loss = Step(detector, optimizer, batch, position.Step);
            position = position with { Step = position.Step + 1, LossSum = position.LossSum + loss, Seconds = position.Seconds + Stopwatch.GetElapsedTime(start).TotalSeconds, LossScale = scaler is null ? null : new LossScale(scaler.Scale, scaler.GoodSteps) };
            start = Stopwatch.GetTimestamp();
            progress?.Report(new TrainingProgress(position.Step, batches.Total, loss));
            if (cancellation.IsCancellationRequested)
            {
                FinetuneCheckpoint.Save(In(ResumeFile), detector, sgd, position);
                DetectorCheckpoint.Save(In(LastFile), detector, options.Labels);
                cancellation.ThrowIfCancellationRequested();
            }

            if (options.CheckpointEverySteps > 0 && position.Step % options.CheckpointEverySteps == 0 && position.Step % batches.PerEpoch != 0)
            {
                FinetuneCheckpoint.Save(In(ResumeFile), detector, sgd, position);
            }
        }

        return position;
    }

    private double Step(FasterRcnn detector, SGD optimizer, DetectionBatch batch, long step)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        detector.zero_grad();
        var loss = detector.Losses(
            [.. batch.Images.Select(image => image.to(device, non_blocking: true))],
            [.. batch.Targets.Select(target => target.To(device))],
            batch.MinSizesPixels).Sum();
        (scaler is null ? loss : loss * scaler.Scale).backward();
        if (scaler?.Unscale(detector.parameters()) == false)
        {
            return loss.item<float>();   // waits: the step is left out
        }

        if (options.ClipGradientNorm > 0)
        {
            nn.utils.clip_grad_norm_(detector.parameters(), options.ClipGradientNorm);
        }

        var value = loss.item<float>();   // waits: a loss that is not finite must not move the weights
        if (!float.IsFinite(value))
        {
            throw new UserErrorException($"the loss is {value} in step {step} on the frames {string.Join(", ", batch.Frames)}; lower the learning rate, or look at these frames' labels. The last checkpoint is kept.");
        }

        optimizer.step();
        return value;
    }

    private FinetunePosition Finish(FasterRcnn detector, KittiTrainingData data, DetectionBatches batches, FinetunePosition position, List<FinetuneEpoch> epochs)
    {
        var epoch = (int)((position.Step - 1) / batches.PerEpoch);
        var steps = position.Step - (long)epoch * batches.PerEpoch;
        var measured = split.Test.Count > 0 && ((epoch + 1) % options.EvaluateEveryEpochs == 0 || position.Step == batches.Total) ? Evaluate(detector, data) : null;
        DetectorCheckpoint.Save(In(LastFile), detector, options.Labels);
        if (measured is not null && !(measured.Map <= position.BestMap))
        {
            DetectorCheckpoint.Save(In(BestFile), detector, options.Labels);
            position = position with { BestMap = measured.Map };
        }

        epochs.Add(new FinetuneEpoch(epoch, position.LossSum / steps, measured?.Map, measured?.Map50, position.Seconds) { PerClass = measured?.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap) });
        RunFolder.WriteMetrics(options.Output, epochs);
        var last = epochs[^1];
        progress?.Report(new TrainingProgress(position.Step, batches.Total, last.Loss, $"epoch {epoch + 1}/{(batches.Total + batches.PerEpoch - 1) / batches.PerEpoch}: loss {last.Loss:F4}, mAP {Share(last.Map)}, mAP50 {Share(last.Map50)}, {last.Seconds:F1} s"));
        return position with { LossSum = 0, Seconds = 0 };
    }

    private DetectionEvaluationResult Evaluate(FasterRcnn detector, KittiTrainingData data)
    {
        detector.eval();
        return DetectionEvaluation.Evaluate(labels, split.Test.Select(frame =>
        {
            using var pause = CollectionPause.Begin();
            using var scope = NewDisposeScope();
            var found = detector.Detect([data.Load(frame, flip: false).Image.to(device)])[0];
            var rows = cat([found.Boxes, found.Scores.unsqueeze(1), found.Labels.unsqueeze(1).to(float32)], 1).to(CPU).contiguous();   // waits: evaluation
            float[] numbers = rows.numel() == 0 ? [] : rows.data<float>().ToArray();   // on the host
            return new EvaluatedFrame(frame, dataset.ReadLabels(frame), [.. numbers.Chunk(6).Select(row => new Pipeline.Shared.Geometry.Detection((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3])))]);
        }));
    }

    /// <summary>The frames to learn from.</summary>
    private IReadOnlyList<string> Frames(KittiTrainingData data)
    {
        string[] withObjects = [.. split.Train.Where(data.HasObjects)];
        if (withObjects.Length == 0)
        {
            var types = split.Train.SelectMany(dataset.ReadLabels).Select(entry => entry.Type).Distinct().Order(StringComparer.Ordinal);
            throw new UserErrorException($"{options.Data}: none of the {split.Train.Count} frames to learn from has an object of the classes {string.Join(", ", options.Labels)}; their labels name {string.Join(", ", types)}. Change labels or labelMap.");
        }

        return options.SkipEmptyFrames ? withObjects : split.Train;
    }

    private void Warn(IReadOnlyList<string> frames)
    {
        var seen = frames.SelectMany(dataset.ReadLabels).Select(entry => labels.Label(entry.Type)).ToHashSet();
        foreach (var label in options.Labels.Where((_, index) => !seen.Contains(index)))
        {
            progress?.Report(new TrainingProgress(0, 1, 0, $"warning: no frame to learn from has a {label}; the detector cannot find it, and where test frames have one its AP counts as 0 in the mAP"));
        }

        var left = split.Train.Count - frames.Count;
        if (left > 0)
        {
            progress?.Report(new TrainingProgress(0, 1, 0, $"{left} frames without an object of the classes are left out"));
        }
    }

    private static string Share(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    private static KittiSplit Split(FinetuneOptions options, KittiDataset dataset)
    {
        var seeded = KittiSplit.Create(dataset.FrameIds, (ulong)options.Seed);
        var split = new KittiSplit(
            options.TrainList is { } train ? KittiSplit.ReadList(train) : seeded.Train,
            options.TestList is { } test ? KittiSplit.ReadList(test) : options.TrainList is null ? seeded.Test : []);
        if (!options.AllowOverlappingSplit && split.Train.Intersect(split.Test).FirstOrDefault() is { } both)
        {
            throw new UserErrorException($"testList: frame '{both}' is learnt from and measured on; make the lists disjoint, or set allowOverlappingSplit.");
        }

        return split.Train.Count > 0 ? split : throw new UserErrorException($"{options.Data}: no frame is left to learn from; name a list with --train-list.");
    }
}
