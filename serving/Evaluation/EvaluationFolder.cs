using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>The folder of an evaluation: <c>run.json</c>, <c>images.jsonl</c>, <c>detections.jsonl</c>, and the reports.</summary>
internal static class EvaluationFolder
{
    /// <summary>Images and labels.</summary>
    public const string ImagesFile = "images.jsonl";

    /// <summary>What was found in them.</summary>
    public const string DetectionsFile = "detections.jsonl";

    /// <summary>What was found, as COCO's results.</summary>
    public const string ResultsFile = "results.json";

    /// <summary>All files that a run writes, relative to the folder.</summary>
    public static IReadOnlyList<string> Files { get; } =
        [RunFile.Name, ImagesFile, DetectionsFile, ResultsFile, .. EvaluationReportWriter.Files];

    /// <summary>Opens a finished run, or merged shards; neither the model nor the data set is needed.</summary>
    /// <param name="folder">As <c>evaluate --output</c> or <c>evaluate merge</c> wrote it.</param>
    /// <exception cref="UserErrorException">It holds no run, one that is not finished, or a shard; the message says what to do.</exception>
    public static CompletedEvaluation Open(string folder)
    {
        var run = RunFile.Read(folder);
        if (run.Shard is { } shard)
        {
            throw new UserErrorException(
                $"{folder}: this is shard {shard} of an evaluation; put all {shard.Count} together with `pipeline-serve evaluate merge`.");
        }

        var images = RecordFiles.ReadImages(folder);
        var plan = RecordFiles.PlanOf(folder, run.Facts, images);
        var kept = RecordFiles.ReadBatches(folder, plan.Batches, run.Facts.Labels.Count);
        return kept.Batches.Count == plan.Batches.Count
            ? new CompletedEvaluation(run.Facts, images, [.. kept.Batches.OrderBy(batch => batch.Batch)])
            : throw new UserErrorException(
                $"{folder}: the run is not finished, {kept.Batches.Count} of {plan.Batches.Count} executions are there; "
                + "run the same `pipeline-serve evaluate` again, it goes on from there.");
    }
}
