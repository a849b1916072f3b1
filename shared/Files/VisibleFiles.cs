namespace Pipeline.Shared.Files;

/// <summary>
/// The files below a folder, at any depth. Hidden files and folders do not count; linked folders do, but no folder is entered twice,
/// so that a link to a folder above ends nowhere.
/// </summary>
public static class VisibleFiles
{
    /// <param name="root">The folder.</param>
    /// <returns>
    /// Paths that begin with the root, in ordinal order. A folder that can be reached in several ways is listed where no link leads
    /// to it, if there is such a place.
    /// </returns>
    /// <exception cref="UserErrorException">The folder is missing or must not be read.</exception>
    public static IReadOnlyList<string> Below(string root)
    {
        InputFile.RequireFolder(root);
        var files = new List<string>();
        var entered = new HashSet<string>(StringComparer.Ordinal);
        var links = new Queue<string>();
        Enter(root, files, entered, links);
        while (links.TryDequeue(out var link))
        {
            Enter(link, files, entered, links);
        }

        files.Sort(StringComparer.Ordinal);
        return files;
    }

    private static void Enter(string start, List<string> files, HashSet<string> entered, Queue<string> links)
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
                    files.Add(Path.Combine(folder, entry.Name));
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

    private static FileSystemInfo[] Entries(string folder)
    {
        try
        {
            return [.. new DirectoryInfo(folder).EnumerateFileSystemInfos().OrderBy(entry => entry.Name, StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new UserErrorException(
                $"{folder}: this folder must not be read by the user '{Environment.UserName}'; change its rights.",
                exception);
        }
    }
}
