using System.Buffers.Binary;
using System.IO.Compression;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Evaluation.Results.Submission;

/// <summary>
/// The files of a submission, from a folder or an archive that may come from anywhere: nothing is unpacked to the disk, and an archive's
/// table of contents is bounded before it is read.
/// </summary>
internal sealed class SubmissionFiles : IDisposable
{
    private const int EndBytes = 22, LongestComment = 1 << 16;
    private const int MaxDirectoryBytes = 16_000_000;
    private const int LinkType = 0xA, TypeShift = 28;
    private const uint EndSignature = 0x06054b50;

    private readonly ZipArchive? archive;

    private SubmissionFiles(ZipArchive? archive) => this.archive = archive;

    /// <summary>The files, in ordinal order of their names.</summary>
    public required IReadOnlyList<SubmissionFile> Files { get; init; }

    /// <param name="path">A folder or a zip archive.</param>
    /// <param name="findings">Receives what is wrong with entries of the archive.</param>
    /// <exception cref="UserErrorException">It is neither, or the archive cannot be read.</exception>
    public static SubmissionFiles Open(string path, List<Finding> findings)
    {
        if (FileStatus.Of(path).Kind == FileKind.Folder)
        {
            var folder = KittiResultReader.FolderOf(path);
            return new SubmissionFiles(null) { Files = [.. InFolder(folder, findings)] };
        }

        var stream = InputFile.Open(path, "zip archive or folder of results");
        try
        {
            RequireBoundedDirectory(stream, path);
            var archive = new ZipArchive(stream, ZipArchiveMode.Read);
            return new SubmissionFiles(archive) { Files = [.. InArchive(archive, path, findings)] };
        }
        catch (InvalidDataException exception)
        {
            stream.Dispose();
            throw new UserErrorException($"{path}: this is no zip archive that can be read: {Excerpt.Line(exception.Message)}", exception);
        }
        catch
        {
            stream.Dispose();
            throw;
        }
    }

    public void Dispose() => archive?.Dispose();

    private static IEnumerable<SubmissionFile> InFolder(string folder, List<Finding> findings)
    {
        foreach (var entry in Directory.EnumerateFileSystemEntries(folder).Order(StringComparer.Ordinal))
        {
            var name = Path.GetFileName(entry);
            if (name[0] == '.')
            {
                continue;
            }

            if (FileStatus.Of(entry).Kind == FileKind.File)
            {
                yield return new SubmissionFile(name, entry, () => InputFile.Open(entry, "result file"));
            }
            else
            {
                findings.Add(new Finding(entry, "this is no regular file; the results are files directly in the folder."));
            }
        }
    }

    private static IEnumerable<SubmissionFile> InArchive(ZipArchive archive, string path, List<Finding> findings)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in archive.Entries.OrderBy(entry => entry.FullName, StringComparer.Ordinal))
        {
            var at = $"{path}/{Excerpt.Line(entry.FullName)}";
            if (Problem(entry) is { } problem)
            {
                findings.Add(new Finding(at, problem));
            }
            else if (!seen.Add(entry.FullName))
            {
                findings.Add(new Finding(at, "the archive has this file twice; keep one."));
            }
            else
            {
                yield return new SubmissionFile(entry.FullName, at, entry.Open);
            }
        }
    }

    /// <summary>Why an entry is not even opened.</summary>
    private static string? Problem(ZipArchiveEntry entry)
    {
        var name = entry.FullName;
        if (((uint)entry.ExternalAttributes >> TypeShift) == LinkType)
        {
            return "this is a link, not a file; put the file itself into the archive.";
        }

        if (entry.IsEncrypted)
        {
            return "this file is encrypted; the benchmark cannot read it.";
        }

        var parts = name.Split('/', '\\');
        if (parts.Contains("..") || name.StartsWith('/') || name.StartsWith('\\') || name.Contains(':', StringComparison.Ordinal))
        {
            return "this name leads out of the archive; pack the files anew, without folders.";
        }

        return parts.Length > 1
            ? "this is in a folder; the benchmark reads files in the root of the archive: pack the files, not their folder."
            : null;
    }

    /// <summary>
    /// The table of contents stands at the end of the archive; one that is longer than any submission's, or not where it should be, is
    /// not given to the reader, which would read it whole.
    /// </summary>
    private static void RequireBoundedDirectory(Stream stream, string path)
    {
        var length = (int)Math.Min(stream.Length, EndBytes + LongestComment);
        var end = new byte[length];
        stream.Position = stream.Length - length;
        stream.ReadExactly(end);
        Span<byte> signature = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(signature, EndSignature);
        var at = end.AsSpan().LastIndexOf(signature);
        if (at < 0 || at + EndBytes > length)
        {
            throw new UserErrorException($"{path}: this is no zip archive, or its end is cut off; pack it anew.");
        }

        var bytes = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(at + 12));
        var start = BinaryPrimitives.ReadUInt32LittleEndian(end.AsSpan(at + 16));
        var expected = stream.Length - length + at;
        if (bytes > MaxDirectoryBytes || start + (long)bytes != expected)
        {
            throw new UserErrorException(
                $"{path}: the archive's table of contents has {bytes:N0} bytes at {start:N0}; at most {MaxDirectoryBytes:N0} are read, "
                + "and it ends where the archive's end begins. Pack the files anew.");
        }

        stream.Position = 0;
    }
}
