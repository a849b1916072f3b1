using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Evaluation;

/// <summary>Puts the shards of an evaluation together: what comes out is what one process would have written, but for the times.</summary>
internal static class ShardMerge
{
    private const string ShardFolders = "shard-*-of-*";

    /// <summary>Reads and checks the shards.</summary>
    /// <param name="folders">Folders of shards, or folders that hold such folders.</param>
    /// <param name="remark">Receives warnings, one line each.</param>
    /// <exception cref="UserErrorException">
    /// A shard is missing, there twice or not finished, or is of another evaluation; which and where is named.
    /// </exception>
    public static CompletedEvaluation Read(IReadOnlyList<string> folders, Action<string> remark)
    {
        Shard[] shards = [.. folders.SelectMany(FoldersIn).Select(Open)];
        RequireSame(shards);
        RequireAll(shards);
        WarnOfProcessors(shards, remark);
        var facts = shards[0].Facts;
        ImageRecord[] images = [.. shards.SelectMany(shard => RecordFiles.ReadImages(shard.Folder)).OrderBy(image => image.Index)];
        var plan = RecordFiles.PlanOf(string.Join(", ", folders), facts, images);
        var batches = shards.SelectMany(shard => BatchesOf(shard, plan));
        return new CompletedEvaluation(facts, images, [.. batches.OrderBy(batch => batch.Batch)]);
    }

    /// <summary>Writes the folder of a run that one process has finished.</summary>
    /// <param name="run">Its content.</param>
    /// <param name="folder">An empty folder.</param>
    public static void Write(CompletedEvaluation run, string folder)
    {
        void WriteLines<T>(string name, IEnumerable<T> records) =>
            AtomicFile.Write(Path.Combine(folder, name), stream => RecordLines.Write(stream, records));
        WriteLines(EvaluationFolder.ImagesFile, run.Images);
        WriteLines(EvaluationFolder.DetectionsFile, run.Batches);
        new RunFile(RunFile.CurrentFormatVersion, run.Facts).Write(folder);
    }

    private static string[] FoldersIn(string folder)
    {
        InputFile.RequireFolder(folder, "folder of a shard");
        if (RunFile.IsIn(folder))
        {
            return [folder];
        }

        string[] shards = [.. Directory.EnumerateDirectories(folder, ShardFolders).Where(RunFile.IsIn).Order(StringComparer.Ordinal)];
        return shards.Length > 0
            ? shards
            : throw new UserErrorException(
                $"{folder}: holds no shard of an evaluation; name the folders, or the --output, of `pipeline-serve evaluate --shard`.");
    }

    private static Shard Open(string folder)
    {
        var run = RunFile.Read(folder);
        return run.Shard is { } part
            ? new Shard(folder, part, run.Facts)
            : throw new UserErrorException($"{folder}: this is a whole evaluation, not a shard of one; leave it out.");
    }

    private static void RequireSame(Shard[] shards)
    {
        var first = shards[0];
        foreach (var other in shards)
        {
            if (FactDifferences.Of(first.Facts, other.Facts).FirstOrDefault() is { } difference)
            {
                throw new UserErrorException(
                    $"{other.Folder}: this shard is of another evaluation than {first.Folder}: {difference.Key} is {difference.Now}, "
                    + $"there it is {difference.Before}; merge shards that were run in the same way.");
            }

            if (other.Part.Count != first.Part.Count)
            {
                throw new UserErrorException(
                    $"{other.Folder}: this is shard {other.Part}, but {first.Folder} is shard {first.Part}; merge shards of one number.");
            }
        }
    }

    private static void RequireAll(Shard[] shards)
    {
        var byIndex = new Dictionary<int, Shard>();
        foreach (var shard in shards)
        {
            if (!byIndex.TryAdd(shard.Part.Index, shard))
            {
                throw new UserErrorException(
                    $"{shard.Folder}: this is shard {shard.Part}, and so is {byIndex[shard.Part.Index].Folder}; name one of them.");
            }
        }

        var count = shards[0].Part.Count;
        string[] missing =
        [
            .. Enumerable.Range(0, count)
                .Where(index => !byIndex.ContainsKey(index))
                .Select(index => new EvaluationShard(index, count).ToString()),
        ];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                $"shard {string.Join(", ", missing.Take(10))} is missing ({shards.Length} of {count} are there); run it with --shard, and "
                + "name its folder, too.");
        }
    }

    private static void WarnOfProcessors(Shard[] shards, Action<string> remark)
    {
        string[] kinds = [.. shards.Select(shard => shard.Facts.Execution.Instructions).Distinct().Order(StringComparer.Ordinal)];
        if (kinds.Length > 1)
        {
            remark($"warning: the shards were run on processors of different kinds ({string.Join("; ", kinds)}); last digits of scores "
                + "may differ from those of one machine.");
        }
    }

    private static IReadOnlyList<BatchRecord> BatchesOf(Shard shard, EvaluationPlan plan)
    {
        var own = plan.OfShard(shard.Part);
        var kept = RecordFiles.ReadBatches(shard.Folder, own, shard.Facts.Labels.Count).Batches;
        return kept.Count == own.Count
            ? kept
            : throw new UserErrorException(
                $"{shard.Folder}: shard {shard.Part} is not finished, {kept.Count} of its {own.Count} executions are there; run the same "
                + "`pipeline-serve evaluate --shard` again, it goes on from there.");
    }

    private sealed record Shard(string Folder, EvaluationShard Part, EvaluationFacts Facts);
}
