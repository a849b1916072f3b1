namespace Pipeline.Shared.Files;

/// <summary>
/// A folder that appears complete or not at all: it is filled under a hidden name beside its target and then renamed. One of two
/// simultaneous writers wins; the other fails.
/// </summary>
public sealed class StagedFolder : IDisposable
{
    private bool isPublished;

    private StagedFolder(string path) => Path = path;

    /// <summary>The folder to fill before it is published.</summary>
    public string Path { get; }

    /// <param name="target">The final folder; its parents are created if necessary.</param>
    public static StagedFolder Beside(string target)
    {
        var full = System.IO.Path.TrimEndingDirectorySeparator(System.IO.Path.GetFullPath(target));
        var name = $".{System.IO.Path.GetFileName(full)}.{System.IO.Path.GetRandomFileName()}.tmp";
        var path = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(full) ?? full, name);
        Directory.CreateDirectory(path);
        return new StagedFolder(path);
    }

    /// <summary>Requires that a new folder can be created; an existing empty one counts as new.</summary>
    /// <exception cref="UserErrorException">The target is a file or a folder with content.</exception>
    public static void RequireNew(string target)
    {
        var status = FileStatus.Of(target);
        if (status.Kind is FileKind.File or FileKind.Special)
        {
            throw new UserErrorException($"{target}: this is a file; choose a new folder with --output.");
        }

        OutputFiles.RequireFolderAbove(target);
        OutputFiles.RequireNoDanglingLink(target, status);
        if (status.Kind == FileKind.Folder && Directory.EnumerateFileSystemEntries(target).Any())
        {
            throw Exists(target);
        }
    }

    /// <summary>Fills a new folder and makes it visible.</summary>
    /// <param name="target">The folder to create.</param>
    /// <param name="fill">Writes the content into the folder given.</param>
    /// <exception cref="UserErrorException">The target is a file or a folder with content, or another program was faster.</exception>
    public static void Write(string target, Action<string> fill)
    {
        RequireNew(target);
        using var staged = Beside(target);
        fill(staged.Path);
        if (!staged.TryPublish(target))
        {
            throw Exists(target);
        }
    }

    /// <summary>Renames the folder to its final name.</summary>
    /// <returns>False when a file or a folder with content has that name.</returns>
    public bool TryPublish(string target)
    {
        try
        {
            if (Directory.Exists(target))
            {
                Directory.Delete(target);   // succeeds only for an empty one
            }

            Directory.Move(Path, target);
            isPublished = true;
            return true;
        }
        catch (IOException) when (FileStatus.Of(target).Kind != FileKind.Missing)
        {
            return false;
        }
    }

    /// <summary>Removes an unpublished folder.</summary>
    public void Dispose()
    {
        if (!isPublished && Directory.Exists(Path))
        {
            Directory.Delete(Path, recursive: true);
        }
    }

    private static UserErrorException Exists(string target) =>
        new($"{target}: the folder already exists and is not empty; choose another with --output, or remove it.");
}
