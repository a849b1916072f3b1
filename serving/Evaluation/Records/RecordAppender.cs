using System.Collections.Concurrent;
using Pipeline.Shared.Files;

namespace Pipeline.Serving.Evaluation.Records;

/// <summary>
/// Appends records to a file and flushes them to disk, on a thread of its own: the disk does not hold up the model. Records that come
/// while the disk is busy are flushed together.
/// </summary>
internal sealed class RecordAppender : IDisposable
{
    private const int MostWaiting = 64;

    private readonly string path;
    private readonly FileStream stream;
    private readonly BlockingCollection<BatchRecord> records = new(MostWaiting);
    private readonly Task writing;
    private volatile Exception? failure;

    /// <param name="path">The file; it is created when it is not there.</param>
    /// <param name="completeBytes">Its complete records; what follows is cut off.</param>
    public RecordAppender(string path, long completeBytes)
    {
        this.path = path;
        stream = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.Read, bufferSize: 0);
        stream.SetLength(completeBytes);
        stream.Position = completeBytes;
        writing = Task.Factory.StartNew(Write, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>Appends a record soon.</summary>
    /// <exception cref="FileNotWrittenException">An earlier one could not be written.</exception>
    public void Add(BatchRecord record)
    {
        ThrowFailure();
        records.Add(record);
    }

    /// <summary>Waits until all records are on disk.</summary>
    /// <exception cref="FileNotWrittenException">One could not be written.</exception>
    public void Complete()
    {
        records.CompleteAdding();
        writing.Wait();
        ThrowFailure();
    }

    /// <summary>Writes what was added, and closes the file.</summary>
    public void Dispose()
    {
        records.CompleteAdding();
        writing.Wait();
        stream.Dispose();
        records.Dispose();
    }

    private void Write()
    {
        using var lines = new MemoryStream();
        foreach (var first in records.GetConsumingEnumerable())
        {
            if (failure is not null)
            {
                continue;   // nobody may wait for room
            }

            lines.SetLength(0);
            lines.Write(RecordLines.Line(first));
            while (lines.Length < 1_000_000 && records.TryTake(out var next))
            {
                lines.Write(RecordLines.Line(next));
            }

            Append(lines);
        }
    }

    private void Append(MemoryStream lines)
    {
        try
        {
            stream.Write(lines.GetBuffer().AsSpan(0, (int)lines.Length));
            stream.Flush(flushToDisk: true);
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)   // the latter: a limit on file size
        {
            failure = exception;
        }
    }

    private void ThrowFailure()
    {
        if (failure is { } cause)
        {
            throw new FileNotWrittenException(
                $"{path} could not be written: {cause.Message} What was written before is kept; free disk space and run the same "
                + "command again, it goes on from there.",
                cause);
        }
    }
}
