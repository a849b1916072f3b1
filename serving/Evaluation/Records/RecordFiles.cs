using Pipeline.Shared;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>Executions that are finished.</summary>
/// <param name="Batches">In the order in which they were finished.</param>
/// <param name="CompleteBytes">Bytes of the file that they take; what follows was torn off.</param>
internal sealed record KeptBatches(IReadOnlyList<BatchRecord> Batches, long CompleteBytes);

/// <summary>Reads the records of a run's folder, and checks each against the run's plan.</summary>
internal static class RecordFiles
{
    /// <summary>Reads the images of a folder.</summary>
    /// <exception cref="UserErrorException">The file is missing or damaged.</exception>
    public static IReadOnlyList<ImageRecord> ReadImages(string folder)
    {
        var images = new List<ImageRecord>();
        RecordLines.Read<ImageRecord>(Path.Combine(folder, EvaluationFolder.ImagesFile), image =>
        {
            images.Add(image);
            return image.WidthPixels > 0 && image.HeightPixels > 0 ? null : "the image has no pixels";
        });
        return images;
    }

    /// <summary>The plan that the images of a run had.</summary>
    /// <param name="folder">For the message.</param>
    /// <param name="facts">Of the run.</param>
    /// <param name="images">All its images, in their order.</param>
    /// <exception cref="UserErrorException">They are not those of the run.</exception>
    public static EvaluationPlan PlanOf(string folder, EvaluationFacts facts, IReadOnlyList<ImageRecord> images)
    {
        var areAll = images.Count == facts.Images && images.Index().All(entry => entry.Index == entry.Item.Index);
        var plan = EvaluationPlan.Of([.. images.Select(image => image.Planned())], Math.Max(1, facts.BatchSize));
        return areAll && plan.Sha256 == facts.PlanSha256
            ? plan
            : throw new UserErrorException(
                $"{folder}: {EvaluationFolder.ImagesFile} does not hold the images that {RunFile.Name} speaks of; evaluate again.");
    }

    /// <summary>Reads the executions of a folder; a file that is not there holds none.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="own">Executions that can be in it.</param>
    /// <param name="labels">Number of the model's classes.</param>
    /// <exception cref="UserErrorException">A record is damaged, or is none of these executions.</exception>
    public static KeptBatches ReadBatches(string folder, IReadOnlyList<PlannedBatch> own, int labels)
    {
        var path = Path.Combine(folder, EvaluationFolder.DetectionsFile);
        var planned = own.ToDictionary(batch => batch.Number);
        var seen = new HashSet<int>();
        var kept = new List<BatchRecord>();
        var bytes = !File.Exists(path) ? 0 : RecordLines.Read<BatchRecord>(path, record =>
        {
            kept.Add(record);
            return Problem(record, planned, seen, labels);
        });
        return new KeptBatches(kept, bytes);
    }

    private static string? Problem(BatchRecord record, Dictionary<int, PlannedBatch> planned, HashSet<int> seen, int labels)
    {
        if (!planned.TryGetValue(record.Batch, out var batch))
        {
            return $"execution {record.Batch} does not belong to this run";
        }

        if (!seen.Add(record.Batch))
        {
            return $"execution {record.Batch} is already in the file";
        }

        if (!record.Images.Select(image => image.Image).SequenceEqual(batch.Images) || record.Times.DecodeMs.Count != batch.Images.Count)
        {
            return $"execution {record.Batch} does not have the images that it should";
        }

        return record.Images.SelectMany(image => image.Detections).Any(found => found.Label >= labels)
            ? $"a detection has a label that the model's {labels} classes do not have"
            : null;
    }
}
