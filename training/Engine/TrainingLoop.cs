using System.Diagnostics;
using Pipeline.Shared;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Configuration;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>
/// The one loop of every training: it enters or resumes a run, sets the rate, makes the steps, logs and saves its position,
/// and ends it cleanly.
/// </summary>
internal sealed class TrainingLoop<TBatch>
    where TBatch : ITrainingBatch<TBatch>
{
    private readonly LoopOptions options;
    private readonly RunControl control;
    private readonly ITraining<TBatch> training;
    private readonly Optimization optimization;
    private readonly TrainingStep<TBatch> step;
    private readonly RunFolderLog log;
    private readonly List<string> metrics;
    private readonly StepLog stepLog;
    private RunPosition at;

    private TrainingLoop(LoopOptions options, RunControl control, ITraining<TBatch> training, Optimization optimization)
    {
        this.options = options;
        this.control = control;
        this.training = training;
        this.optimization = optimization;
        step = new TrainingStep<TBatch>(training, optimization, options);
        log = new RunFolderLog(options.Output, control.Log);
        at = Enter();
        stepLog = new StepLog(options.Output, training.Name, at.Step);
        metrics = [.. RunMetrics.Lines(options.Output, EpochsEnded)];
    }

    private int StepsPerEpoch => training.StepsPerEpoch;

    private int Epochs => (int)((training.TotalSteps + StepsPerEpoch - 1) / StepsPerEpoch);

    private bool IsWithinEpoch => at.Sums.Batches > 0;

    private int EpochsEnded => IsWithinEpoch
        ? (int)((at.Step - 1) / StepsPerEpoch)
        : (int)((at.Step + StepsPerEpoch - 1) / StepsPerEpoch);

    private bool IsEpochOver => IsWithinEpoch && (at.Step % StepsPerEpoch == 0 || at.Step == training.TotalSteps);

    private bool HasMoreToDo => IsWithinEpoch || (at.Step < training.TotalSteps && !training.HasStoppedEarly);

    /// <summary>Runs a training to its end.</summary>
    /// <param name="options">What the loop needs to know; written to the run's folder whole.</param>
    /// <param name="create">Makes the training; what is wrong with its options or data shows here, before the run has a folder.</param>
    /// <param name="control">How the run is entered, watched and ended.</param>
    /// <exception cref="UserErrorException">A file or an option is wrong, or the loss is not finite.</exception>
    /// <exception cref="OperationCanceledException">The run was interrupted; it can be resumed.</exception>
    public static void Run(LoopOptions options, Func<ITraining<TBatch>> create, RunControl control)
    {
        OptionRules.Check(options);
        if (!control.Resume)
        {
            RunFolder.RequireNew(options.Output);
        }

        using var tf32 = TensorFloat32.Use(options.Tf32);
        set_num_threads(get_num_threads());   // so that a process that goes on computes as one that has measured before
        using var training = create();
        using var held = RunFolder.Begin(options.Output, training.Name, options, training.Data, control.Resume);
        using var optimization = new Optimization(training.Model, options);
        new TrainingLoop<TBatch>(options, control, training, optimization).Run();
    }

    private void Run()
    {
        if (!HasMoreToDo)
        {
            log.NothingLeft(options.Output, at.Step);
        }

        RunFolder.KeepOrRemove(options.Output, RunCheckpoint.FileName, () =>
        {
            try
            {
                while (HasMoreToDo)
                {
                    Steps();
                    EndEpoch();
                }

                EndRun();
            }
            finally
            {
                training.OnStopped();
            }
        });
        if (training.Products.Any(file => !RunFolder.Has(options.Output, file)))
        {
            training.WriteProducts();
        }

        log.Finished();
    }

    /// <summary>The position at which the run starts or resumes.</summary>
    private RunPosition Enter()
    {
        var path = Path.Combine(options.Output, RunCheckpoint.FileName);
        var isThere = RunFolder.Has(options.Output, RunCheckpoint.FileName);
        var position = control.Resume && isThere ? RunCheckpoint.Resume(path, training, optimization) : new RunPosition();
        if (position.Step > 0)
        {
            log.GoesOn(position.Step, training.TotalSteps);
        }
        else
        {
            log.Begun(training.TotalSteps, training.Subject);
        }

        if (control.Resume && !isThere && RunMetrics.AreIn(options.Output))
        {
            log.BeginsAgain(path);
        }

        foreach (var remark in training.Remarks)
        {
            log.Remark(remark);
        }

        return position;
    }

    private void Steps()
    {
        if (IsEpochOver)
        {
            return;   // the run was ended while the epoch was measured
        }

        var start = Stopwatch.GetTimestamp();
        foreach (var batch in training.Batches(at.Step))
        {
            using var owned = batch;
            Step(batch, start);
            start = Stopwatch.GetTimestamp();
            if (control.Cancellation.IsCancellationRequested)
            {
                Interrupt();
            }

            if (options.CheckpointEverySteps > 0 && at.Step % options.CheckpointEverySteps == 0 && !IsEpochOver)
            {
                Save();
            }
        }
    }

    private void Step(TBatch batch, long start)
    {
        var number = at.Step;
        var rate = training.LearningRate(number);
        optimization.LearningRate = rate;
        IReadOnlyDictionary<string, double>? values = null;
        if (batch.Count >= training.LeastImages)
        {
            using var pause = CollectionPause.Begin();
            values = step.Run(batch, number);
        }

        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        var isTold = values is not null && double.IsFinite(values[TrainingStep<TBatch>.Loss]);
        at = at with
        {
            Step = number + 1,
            Sums = isTold ? at.Sums.AfterStep(values!, batch.Count, seconds) : at.Sums.AfterBatch(seconds),
            LossScale = optimization.LossScale,
        };
        control.Progress?.Report(new TrainingProgress(at.Step, training.TotalSteps, values?[TrainingStep<TBatch>.Loss] ?? 0));
        if (isTold && number % options.LogEverySteps == 0)
        {
            var imagesPerSecond = batch.Count / Math.Max(seconds, 1e-9);
            log.StepMade(number, values![TrainingStep<TBatch>.Loss], rate, imagesPerSecond);
            stepLog.Write(new StepRecord(number, EpochsEnded + 1, values, [.. training.Gauges()])
            {
                LearningRate = rate,
                ImagesPerSecond = imagesPerSecond,
                LossScale = at.LossScale?.Scale,
            });
        }
    }

    private void EndEpoch()
    {
        var epoch = new EpochSummary(EpochsEnded + 1, Epochs, at.Step, at.Sums, training.LearningRate(at.Step - 1));
        var report = Finishing(() => training.EndEpoch(epoch, control.Cancellation));
        metrics.Add(RunMetrics.Line(report.Metrics));
        RunMetrics.Write(options.Output, metrics);
        at = at with { Sums = new StepSums() };
        Save();
        log.EpochEnded(epoch.Number, epoch.Epochs, report.Line);
    }

    private void EndRun()
    {
        foreach (var line in Finishing(() => training.EndRun(control.Cancellation).ToList()))
        {
            log.Remark(line);
        }
    }

    /// <summary>Work after the steps, which the user may interrupt as well.</summary>
    private T Finishing<T>(Func<T> work)
    {
        try
        {
            return work();
        }
        catch (OperationCanceledException)
        {
            Interrupt();
            throw;
        }
    }

    private void Interrupt()
    {
        training.WriteProducts();
        Save();
        log.Interrupted(at.Step - 1);
        control.Cancellation.ThrowIfCancellationRequested();
    }

    private void Save() => RunCheckpoint.Save(Path.Combine(options.Output, RunCheckpoint.FileName), training, optimization, at);
}
