using System.Diagnostics;
using System.Globalization;
using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Kitti;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Configuration;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Trains a detector on frames in KITTI's layout with SGD, and measures its mAP on the test frames.</summary>
public sealed class FinetuneRun
{
    private const string Command = "finetune", LastFile = "last.safetensors", BestFile = "best.safetensors";
    private const string ResumeFile = "resume.safetensors";

    /// <summary>Settings that do not change what is learnt.</summary>
    private static readonly string[] Free = ["workers", "device", "checkpointEverySteps", "logEverySteps", "cacheBytes", "output", "data", "trainList", "testList", "validationList", "backboneWeights", "weights"];

    private readonly FinetuneOptions options;
    private readonly RunLog log;
    private readonly CancellationToken cancellation;
    private readonly KittiDataset dataset;
    private readonly LabelMap labels;
    private readonly FinetuneFrames frames;
    private readonly Device device;

    private FinetuneRun(FinetuneOptions options, IProgress<TrainingProgress>? progress, CancellationToken cancellation)
    {
        OptionRules.Check(options);
        (this.options, this.cancellation) = (options, cancellation);
        log = new RunLog(options.Output, progress);
        dataset = KittiDataset.Open(options.Data);
        labels = new LabelMap(options.Labels, options.LabelMap);
        frames = new FinetuneFrames(options, dataset, labels);
        device = ComputeDevice.Of(options.Device);
        if (options is { BackboneWeights: null, FrozenNormsWithoutWeights: false } && options.Detector.Backbone.BatchNorm == Backbones.BatchNormMode.Frozen)
        {
            throw new UserErrorException(
                "backboneWeights: frozen norms need the statistics of a trained backbone; name one with --backbone-weights, "
                + "or set detector.backbone.batchNorm to train. (frozenNormsWithoutWeights imitates the baseline of the paper's authors, "
                + "a network without normalization.)");
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
        if (!resume)
        {
            RunFolder.RequireNew(options.Output);
        }

        using var data = new KittiTrainingData(dataset, labels, options.CacheBytes, options.IgnoreDontCare);
        manual_seed(options.Seed);
        using var sampling = new Generator((ulong)options.Seed);
        using var detector = new FasterRcnn(options.Detector with { NumClasses = options.Labels.Count + 1, SamplerSeed = options.Seed }, BalancedPositiveNegativeSampler.Random(sampling));
        if (options.BackboneWeights is { } weights)
        {
            BackboneCheckpoint.LoadInto(detector.Backbone.Body, weights);
        }

        using var held = RunFolder.Begin(options.Output, Command, options, Digests(), resume, Free);
        detector.to(device);
        detector.Backbone.Body.ComputeType = options.Precision.Type();
        var groups = ParameterGroups.Of(detector, options.WeightDecay, options.NormWeightDecay);
        using var optimizer = optim.SGD(
            groups.Select(group => new SGD.ParamGroup(group.Parameters.Select(entry => entry.Parameter), options.LearningRate, options.Momentum, weight_decay: group.WeightDecay)), options.LearningRate, options.Momentum);
        var sgd = new SgdState((SGD)optimizer, [.. groups.SelectMany(group => group.Parameters)]);
        var batches = new DetectionBatches(data, frames.Train, options);
        var position = resume && RunFolder.Has(options.Output, ResumeFile) ? FinetuneCheckpoint.Resume(In(ResumeFile), detector, sgd, device) : new FinetunePosition(0, 0, 0, null);
        Begin(batches, position);
        RunFolder.TellBeginningAgain(log, options.Output, resume, ResumeFile, new TrainingProgress(0, batches.Total, 0));
        var scaler = options.Precision != ComputePrecision.Float16 ? null : position.LossScale is { } scale ? new LossScaler(scale.Scale, scale.GoodSteps) : new LossScaler();
        var training = new Training(
            detector,
            (SGD)optimizer,
            sgd,
            sampling,
            batches,
            scaler,
            new FinetuneStep(detector, (SGD)optimizer, options, device, scaler),
            new StepLog(options.Output, Command, position.Step));
        var epochs = RunFolder.ReadMetrics<FinetuneEpoch>(options.Output).Where(epoch => epoch.Epoch < position.Step / batches.PerEpoch).ToList();
        RunFolder.KeepOrRemove(options.Output, ResumeFile, () =>
        {
            while (position.Step < batches.Total)
            {
                position = Epoch(training, position);
                position = Finish(training, data, position, epochs);
                FinetuneCheckpoint.Save(In(ResumeFile), detector, sgd, position);
            }
        });
        if (!RunFolder.Has(options.Output, LastFile))
        {
            DetectorCheckpoint.Save(In(LastFile), detector, options.Labels, options.LabelMap);
        }

        log.Write("finished");
        return new FinetuneResult(In(LastFile), epochs);
    }

    private string In(string name) => Path.Combine(options.Output, name);

    private FinetuneData Digests() => new(FrameDigests.Of(dataset, frames.Train), FrameDigests.Of(dataset, frames.Test), options.BackboneWeights is { } file ? ContentDigest.OfFile(file) : null);

    private void Begin(DetectionBatches batches, FinetunePosition position)
    {
        log.Write(position.Step == 0 ? $"begun: {batches.Total} steps on {frames.Train.Count} frames" : $"goes on at step {position.Step} of {batches.Total}");
        if (position.Step == batches.Total)
        {
            log.Report(new TrainingProgress(
                position.Step,
                batches.Total,
                0,
                $"the run in {options.Output} has all its {batches.Total} steps; nothing is left to do"));
        }

        foreach (var remark in frames.Remarks())
        {
            log.Report(new TrainingProgress(position.Step, batches.Total, 0, remark));
        }
    }

    private FinetunePosition Epoch(Training training, FinetunePosition position)
    {
        var (batches, scaler) = (training.Batches, training.Scaler);
        var schedule = new WarmupMultiStepSchedule(
            options.LearningRate, options.WarmupIterations, options.WarmupFactor, options.Milestones, options.Gamma);
        training.Detector.train();
        var start = Stopwatch.GetTimestamp();
        foreach (var batch in batches.ToEndOfEpoch(position.Step))
        {
            using var _ = batch;
            var rate = schedule.At(options.Iterations is null ? position.Step / batches.PerEpoch : position.Step, position.Step);
            foreach (var group in training.Optimizer.ParamGroups)
            {
                group.LearningRate = rate;
            }

            training.Sampling.manual_seed((long)new RandomNumbers((ulong)options.Seed, "sampler", (ulong)position.Step).NextInt(int.MaxValue));
            var losses = training.Step.Run(batch, position.Step);
            var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
            start = Stopwatch.GetTimestamp();
            position = position with { Step = position.Step + 1, LossSum = position.LossSum + (double.IsFinite(losses.Loss) ? losses.Loss : 0), Seconds = position.Seconds + seconds, LossScale = scaler is null ? null : new LossScale(scaler.Scale, scaler.GoodSteps) };
            log.Report(new TrainingProgress(position.Step, batches.Total, losses.Loss));
            if (position.Step % options.LogEverySteps == 0 && double.IsFinite(losses.Loss))
            {
                training.Log.Write(position.Step, new FinetuneMetrics(position.Step, losses.Loss, losses.LossClassifier, losses.LossBoxReg, losses.LossObjectness, losses.LossRpnBoxReg, rate, batch.Images.Count / Math.Max(seconds, 1e-9), scaler?.Scale));
            }

            if (cancellation.IsCancellationRequested)
            {
                FinetuneCheckpoint.Save(In(ResumeFile), training.Detector, training.Sgd, position);
                DetectorCheckpoint.Save(In(LastFile), training.Detector, options.Labels, options.LabelMap);
                log.Write($"interrupted after step {position.Step}; saved");
                cancellation.ThrowIfCancellationRequested();
            }

            if (options.CheckpointEverySteps > 0 && position.Step % options.CheckpointEverySteps == 0 && position.Step % batches.PerEpoch != 0)
            {
                FinetuneCheckpoint.Save(In(ResumeFile), training.Detector, training.Sgd, position);
            }
        }

        return position;
    }

    private FinetunePosition Finish(Training training, KittiTrainingData data, FinetunePosition position, List<FinetuneEpoch> epochs)
    {
        var (detector, batches) = (training.Detector, training.Batches);
        var epoch = (int)((position.Step - 1) / batches.PerEpoch);
        var steps = position.Step - (long)epoch * batches.PerEpoch;
        var measured = frames.Test.Count > 0 && ((epoch + 1) % options.EvaluateEveryEpochs == 0 || position.Step == batches.Total) ? Evaluate(detector, data) : null;
        DetectorCheckpoint.Save(In(LastFile), detector, options.Labels, options.LabelMap);
        if (measured?.Map is { } map && !(map <= position.BestMap))
        {
            DetectorCheckpoint.Save(In(BestFile), detector, options.Labels, options.LabelMap);
            position = position with { BestMap = map };
        }

        epochs.Add(new FinetuneEpoch(epoch, position.LossSum / steps, measured?.Map, measured?.Map50, position.Seconds) { PerClass = measured?.PerClass.ToDictionary(entry => entry.Key, entry => entry.Value?.Ap) });
        RunFolder.WriteMetrics(options.Output, epochs);
        var last = epochs[^1];
        log.Report(new TrainingProgress(position.Step, batches.Total, last.Loss, $"epoch {epoch + 1}/{(batches.Total + batches.PerEpoch - 1) / batches.PerEpoch}: loss {last.Loss:F4}, mAP {Share(last.Map)}, mAP50 {Share(last.Map50)}, {last.Seconds:F1} s"));
        return position with { LossSum = 0, Seconds = 0 };
    }

    private DetectionEvaluationResult Evaluate(FasterRcnn detector, KittiTrainingData data)
    {
        detector.eval();
        return DetectionEvaluation.Evaluate(labels, frames.Test.Select(frame =>
        {
            using var pause = CollectionPause.Begin();
            using var scope = NewDisposeScope();
            var image = data.Load(frame, flip: false).Image;
            var found = detector.Detect([image.to(device)])[0];
            var numbers = cat([found.Boxes, found.Scores.unsqueeze(1), found.Labels.unsqueeze(1).to(float32)], 1).HostFloats();
            var truth = dataset.ReadLabels(frame, (int)image.shape[2], (int)image.shape[1]);
            var detections = numbers.Chunk(6).Select(row =>
                new Pipeline.Shared.Geometry.Detection((int)row[5] - 1, row[4], new Box(row[0], row[1], row[2], row[3])));
            return new EvaluatedFrame(frame, truth, [.. detections]);
        }));
    }

    private static string Share(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? "-";

    /// <summary>What the steps of a run work with.</summary>
    private sealed record Training(FasterRcnn Detector, SGD Optimizer, SgdState Sgd, Generator Sampling, DetectionBatches Batches, LossScaler? Scaler, FinetuneStep Step, StepLog Log);
}
