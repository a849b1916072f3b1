using System.Text;

namespace Pipeline.Shared.Files;

/// <summary>The disk took no more of a file.</summary>
/// <param name="message">Which file, and why.</param>
/// <param name="cause">What the system said.</param>
public sealed class FileNotWrittenException(string message, Exception cause) : IOException(message, cause);

/// <summary>Writes files that are either whole or absent: a temporary name beside the target, flushed to the disk, renamed.</summary>
public static class AtomicFile
{
    /// <param name="path">Where the file shall be; its folder is made when missing.</param>
    /// <param name="write">Writes the content.</param>
    /// <param name="replace">
    /// Whether a file that already exists is replaced. Without it, of two writers at once one wins and the other is told.
    /// </param>
    /// <exception cref="UserErrorException">The file already exists and must not be replaced.</exception>
    /// <exception cref="FileNotWrittenException">The disk took no more; what was there before is whole.</exception>
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
        catch (Exception exception) when (exception is IOException or ArgumentOutOfRangeException)   // the second is a limit on the size of files
        {
            File.Delete(temporary);
            throw new FileNotWrittenException(
                $"{path} could not be written: {exception.Message} What was there before is whole; make room, and go on.",
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

    /// <summary>For writers that take a path: they write to a temporary name of the same extension, which is then renamed.</summary>
    /// <param name="path">Where the file shall be; its folder is made when missing.</param>
    /// <param name="write">Writes the whole file to the path given.</param>
    /// <param name="replace">Whether a file that already exists is replaced.</param>
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
                $"{path}: another program has just written this file; its file is kept, this one is not written.",
                exception);
        }
    }
}
