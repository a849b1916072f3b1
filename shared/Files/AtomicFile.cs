using System.Text;

namespace Pipeline.Shared.Files;

/// <summary>A file could not be written completely.</summary>
/// <param name="message">Which file, and why.</param>
/// <param name="cause">The system's error.</param>
public sealed class FileNotWrittenException(string message, Exception cause) : IOException(message, cause);

/// <summary>
/// Writes files that are either complete or absent: under a temporary name beside the target, flushed to disk, then renamed.
/// </summary>
public static class AtomicFile
{
    /// <param name="path">The file; its folder is created if necessary.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="replace">
    /// Whether an existing file is replaced. If not, one of two simultaneous writers wins and the other fails.
    /// </param>
    /// <exception cref="UserErrorException">The file already exists and must not be replaced.</exception>
    /// <exception cref="FileNotWrittenException">The disk is full or failed; the previous file is intact.</exception>
    public static void Write(string path, Action<FileStream> write, bool replace = true)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetFileName(path)}.{Path.GetRandomFileName()}.tmp");
        try
        {
            using (var stream = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            Rename(temporary, path, replace);
        }
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)   // the latter: a limit on file size
        {
            File.Delete(temporary);
            throw new FileNotWrittenException(
                $"{path} could not be written: {exception.Message} The previous file is intact; free disk space and retry.",
                exception);
        }
        catch
        {
            File.Delete(temporary);
            throw;
        }
    }

    /// <summary>Writes bytes.</summary>
    /// <inheritdoc cref="Write(string, Action{FileStream}, bool)" />
    public static void Write(string path, byte[] content, bool replace = true) => Write(path, stream => stream.Write(content), replace);

    /// <summary>Writes text as UTF-8 without a byte order mark.</summary>
    /// <inheritdoc cref="Write(string, Action{FileStream}, bool)" />
    public static void WriteText(string path, string text, bool replace = true) => Write(path, Encoding.UTF8.GetBytes(text), replace);

    /// <summary>For writers that take a path: they write to a temporary path with the same extension, which is then renamed.</summary>
    /// <param name="path">The file; its folder is created if necessary.</param>
    /// <param name="write">Writes the whole file to the path given.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    /// <exception cref="UserErrorException">The file already exists and must not be replaced.</exception>
    public static void WriteThrough(string path, Action<string> write, bool replace)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        var isNewFolder = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        var temporary = Path.Combine(folder, $".{Path.GetRandomFileName()}.tmp{Path.GetExtension(path)}");
        try
        {
            write(temporary);
            Rename(temporary, path, replace);
        }
        catch
        {
            File.Delete(temporary);
            if (isNewFolder)
            {
                Directory.Delete(folder);
            }

            throw;
        }
    }

    private static void Rename(string temporary, string path, bool replace)
    {
        if (replace)
        {
            File.Move(temporary, path, overwrite: true);
            return;
        }

        try
        {
            ExclusiveRename.Run(temporary, path);
        }
        catch (IOException exception) when (File.Exists(path))
        {
            throw new UserErrorException(
                $"{path}: another program has just written this file; that file is kept and this one discarded.",
                exception);
        }
    }
}
