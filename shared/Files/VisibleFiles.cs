namespace Pipeline.Shared.Files;

/// <summary>
/// The files below a folder, at any depth. Hidden files and folders are skipped; linked folders are followed, but no folder is visited
/// twice, so a link to a parent folder does no harm.
/// </summary>
public static class VisibleFiles
{
    /// <param name="root">The folder.</param>
    /// <returns>
    /// Paths that begin with the root, in ordinal order. A folder that can be reached in several ways is listed under a path without
    /// links, if there is one.
    /// </returns>
    /// <exception cref="UserErrorException">The folder does not exist or cannot be read.</exception>
    public static IReadOnlyList<string> Below(string root)
    {
        var (files, linkedFiles) = Find(root);
        AddOnce(linkedFiles, files);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    /// <summary>As <see cref="Below"/>, but every name counts: links to files that are listed anyway are listed, too.</summary>
    /// <inheritdoc cref="Below" />
    public static IReadOnlyList<string> NamesBelow(string root)
    {
        var (files, linkedFiles) = Find(root);
        files.AddRange(linkedFiles);
        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static (List<string> Files, List<string> LinkedFiles) Find(string root)
    {
        InputFile.RequireFolder(root);
        var files = new List<string>();
        var linkedFiles = new List<string>();
        var entered = new HashSet<string>(StringComparer.Ordinal);
        var links = new Queue<string>();
        Enter(root, files, linkedFiles, entered, links);
        while (links.TryDequeue(out var link))
        {
            Enter(link, files, linkedFiles, entered, links);
        }

        return (files, linkedFiles);
    }

    private static void Enter(string start, List<string> files, List<string> linkedFiles, HashSet<string> entered, Queue<string> links)
    {
        var waiting = new Stack<string>([start]);
        while (waiting.TryPop(out var folder))
        {
            if (!entered.Add(FileStatus.Of(folder).Identity))
            {
                continue;
            }

            foreach (var entry in Entries(folder).Where(entry => entry.Name[0] != '.'))
            {
                if (entry is not DirectoryInfo)
                {
                    var found = entry.LinkTarget is null ? files : linkedFiles;
                    found.Add(Path.Combine(folder, entry.Name));
                }
                else if (entry.LinkTarget is null)
                {
                    waiting.Push(Path.Combine(folder, entry.Name));
                }
                else
                {
                    links.Enqueue(Path.Combine(folder, entry.Name));
                }
            }
        }
    }

    /// <summary>Leaves out links to listed files; keeps dangling links, which fail when they are read.</summary>
    private static void AddOnce(List<string> linkedFiles, List<string> files)
    {
        if (linkedFiles.Count == 0)
        {
            return;
        }

        var known = files.Select(file => FileStatus.Of(file).Identity).ToHashSet(StringComparer.Ordinal);
        known.Remove("");
        linkedFiles.Sort(StringComparer.Ordinal);
        files.AddRange(linkedFiles.Where(file =>
        {
            var identity = FileStatus.Of(file).Identity;
            return identity.Length == 0 || known.Add(identity);
        }));
    }

    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UserErrorException(
                $"{folder}: this folder cannot be read by the user '{Environment.UserName}'; change its permissions.",
                exception);
        }
        catch (IOException exception)
        {
            throw new UserErrorException($"{folder}: this folder cannot be read: {exception.Message.TrimEnd('.')}. Try again.", exception);
        }
    }
}
