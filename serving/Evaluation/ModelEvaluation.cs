using Pipeline.Serving.Evaluation.Execution;
using Pipeline.Serving.Evaluation.Records;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>Measures an exported model over labelled images.</summary>
internal static class ModelEvaluation
{
    /// <summary>Detects and measures, with COCO's numbers alone.</summary>
    /// <inheritdoc cref="Detect" />
    public static EvaluationReport Run(
        EvaluationOptions options, Action<string> remark, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        var run = Detect(options, remark, progress, cancellation)!;
        return EvaluationReports.Of(run, run.Problem(), []);
    }

    /// <summary>Runs the model over the images, or over those that an earlier process in the same folder has left.</summary>
    /// <param name="options">What is evaluated on what.</param>
    /// <param name="remark">Receives what is ignored or left out of the data, and warnings, one line each.</param>
    /// <param name="progress">
    /// Told after every execution, and at once if an earlier process has finished some; may be null.
    /// </param>
    /// <param name="cancellation">Ends the evaluation; what is finished stays in the folder.</param>
    /// <returns>Labels and detections of all images; null for a shard, which has only its own.</returns>
    /// <exception cref="UserErrorException">
    /// An option, the model, the list, an image or a label is wrong, or the folder holds another run. Whatever can be seen from headers
    /// and labels is reported before the first execution.
    /// </exception>
    public static CompletedEvaluation? Detect(
        EvaluationOptions options, Action<string> remark, IProgress<EvaluationProgress>? progress, CancellationToken cancellation)
    {
        OptionRules.Check(options);
        if (options.Folder is { } target)
        {
            KeptRun.Require(target, options.Split is null ? [] : [options.Split], options.Replace);
        }

        var input = EvaluationInput.Read(options, remark, cancellation);
        var run = new RunFile(RunFile.CurrentFormatVersion, input.Facts) { Shard = options.Shard };
        using var kept = options.Folder is { } folder
            ? KeptRun.Begin(folder, run, input.OwnImages, input.Batches, options.Replace)
            : null;
        var batches = Execute(input, kept, options, progress, cancellation);
        return options.Shard is null
            ? new CompletedEvaluation(input.Facts, input.Images, [.. batches.OrderBy(batch => batch.Batch)])
            : null;
    }

    private static List<BatchRecord> Execute(
        EvaluationInput input,
        KeptRun? kept,
        EvaluationOptions options,
        IProgress<EvaluationProgress>? progress,
        CancellationToken cancellation)
    {
        List<BatchRecord> done = [.. kept?.Batches ?? []];
        var finished = done.Select(batch => batch.Batch).ToHashSet();
        PlannedBatch[] left = [.. input.Batches.Where(batch => !finished.Contains(batch.Number))];
        var counter = new ProgressCounter(input.Batches, finished, progress);
        if (left.Length == 0)
        {
            return done;
        }

        using var model = DetectorModel.Load(input.Model, options.Execution);
        new BatchExecution(model, input.Images).Run(
            left,
            batch =>
            {
                done.Add(batch);
                kept?.Add(batch);
                counter.Finished(batch.Batch);
            },
            cancellation);
        kept?.Complete();
        return done;
    }
}
