using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Evaluation;

/// <summary>The folder of a run while it is filled; no other program may work in it meanwhile.</summary>
internal sealed class KeptRun : IDisposable
{
    private readonly FolderLock held;
    private readonly RecordAppender appender;

    private KeptRun(FolderLock held, RecordAppender appender, IReadOnlyList<BatchRecord> batches)
    {
        this.held = held;
        this.appender = appender;
        Batches = batches;
    }

    /// <summary>Executions that an earlier process has finished.</summary>
    public IReadOnlyList<BatchRecord> Batches { get; }

    /// <summary>Makes sure, before any work, that a run may write into a folder.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="inputs">Files that the run reads.</param>
    /// <param name="replace">Whether files of an earlier run are replaced.</param>
    /// <exception cref="UserErrorException">A file that is not of a run of this kind would be replaced, or an input.</exception>
    public static void Require(string folder, IEnumerable<string> inputs, bool replace) =>
        OutputFiles.Require(Files(folder), inputs, replace || RunFile.IsIn(folder));

    /// <summary>Begins a run in its folder, or goes on with the same run.</summary>
    /// <param name="folder">The folder; it is created if necessary.</param>
    /// <param name="run">What the run is.</param>
    /// <param name="images">Its images.</param>
    /// <param name="own">Its executions.</param>
    /// <param name="replace">Whether an earlier run is given up.</param>
    /// <exception cref="UserErrorException">
    /// Another program works in the folder, or it holds another run; the message says what differs.
    /// </exception>
    public static KeptRun Begin(
        string folder, RunFile run, IReadOnlyList<ImageRecord> images, IReadOnlyList<PlannedBatch> own, bool replace)
    {
        Directory.CreateDirectory(folder);
        var held = FolderLock.Take(folder);
        try
        {
            Prepare(folder, run, replace);
            AtomicFile.Write(Path.Combine(folder, EvaluationFolder.ImagesFile), stream => RecordLines.Write(stream, images));
            var kept = RecordFiles.ReadBatches(folder, own, run.Facts.Labels.Count);
            var appender = new RecordAppender(Path.Combine(folder, EvaluationFolder.DetectionsFile), kept.CompleteBytes);
            return new KeptRun(held, appender, kept.Batches);
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    /// <summary>Keeps a finished execution.</summary>
    /// <exception cref="FileNotWrittenException">The disk is full or failed.</exception>
    public void Add(BatchRecord batch) => appender.Add(batch);

    /// <summary>Waits until all executions are kept.</summary>
    /// <exception cref="FileNotWrittenException">The disk is full or failed.</exception>
    public void Complete() => appender.Complete();

    /// <summary>Writes what was added, and lets other programs into the folder.</summary>
    public void Dispose()
    {
        appender.Dispose();
        held.Dispose();
    }

    private static IEnumerable<string> Files(string folder) =>
        EvaluationFolder.Files.Select(name => Path.Combine(folder, name));

    private static void Prepare(string folder, RunFile run, bool replace)
    {
        if (replace || !RunFile.IsIn(folder))
        {
            foreach (var file in Files(folder))
            {
                File.Delete(file);
            }

            run.Write(folder);
            return;
        }

        var before = RunFile.Read(folder);
        string[] differences = [.. Differences(before, run).Select(difference => difference.ToString())];
        if (differences.Length > 0)
        {
            throw new UserErrorException(
                $"{folder}: holds another run: {string.Join("; ", differences)}. Keep its settings, choose another folder, or give it up "
                + "with --force.");
        }

        // What a killed process left half written.
        foreach (var left in Files(folder).SelectMany(file => Directory.EnumerateFiles(folder, $".{Path.GetFileName(file)}.*.tmp")))
        {
            File.Delete(left);
        }
    }

    private static IEnumerable<JsonDifference> Differences(RunFile before, RunFile now)
    {
        var shard = before.Shard == now.Shard
            ? Enumerable.Empty<JsonDifference>()
            : [new JsonDifference("shard", $"{before.Shard}", $"{now.Shard}")];
        return shard.Concat(FactDifferences.Of(before.Facts, now.Facts));
    }
}
