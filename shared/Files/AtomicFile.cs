using System.Text;

namespace Pipeline.Shared.Files;

/// <summary>Writes files that are either whole or absent: a temporary name beside the target, flushed to the disk, renamed.</summary>
public static class AtomicFile
{
    /// <param name="path">Where the file shall be; its folder is made when missing.</param>
    /// <param name="write">Writes the content.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Environment.ProcessId}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(temporary, path, overwrite: true);
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)   // the second is a limit on the size of files
        {
            File.Delete(temporary);
            throw new IOException($"{path} could not be written: {exception.Message} What was there before is whole; make room, and go on.", exception);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes.</summary>
    public static void Write(string path, byte[] content) => Write(path, stream => stream.Write(content));

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    public static void WriteText(string path, string text) => Write(path, Encoding.UTF8.GetBytes(text));
}
