namespace Pipeline.Shared.Files;

/// <summary>
/// Looks at what a command is about to write, before it works: nothing of the user's is overwritten unasked, and an input never.
/// </summary>
public static class OutputFiles
{
    /// <param name="outputs">Files that the command will write.</param>
    /// <param name="inputs">Files that it reads.</param>
    /// <param name="force">Whether the user wants files that exist replaced.</param>
    /// <exception cref="UserErrorException">An output is an input (whatever its spelling), exists, or cannot be a file there.</exception>
    public static void Require(IEnumerable<string> outputs, IEnumerable<string> inputs, bool force)
    {
        Dictionary<string, string>? read = null;
        foreach (var output in outputs)
        {
            RequireFolderAbove(output);
            var status = FileStatus.Of(output);
            RequireNoDanglingLink(output, status);
            if (status.Kind is FileKind.Missing or FileKind.Forbidden)
            {
                continue;
            }

            read ??= ByIdentity(inputs);
            if (read.TryGetValue(status.Identity, out var input))
            {
                throw new UserErrorException($"{output}: this would overwrite an input ({input}); choose another place with --output.");
            }

            if (status.Kind != FileKind.File)
            {
                throw new UserErrorException(
                    $"{output}: a file shall be written here, but a folder or a device is there; choose another place with --output.");
            }

            if (!force)
            {
                throw new UserErrorException(
                    $"{output}: the file already exists; choose another place with --output, or replace it with --force.");
            }
        }
    }

    /// <exception cref="UserErrorException">A link to nothing has the output's name.</exception>
    internal static void RequireNoDanglingLink(string output, FileStatus status)
    {
        if (status.Kind == FileKind.Missing && new FileInfo(output).LinkTarget is { } target)
        {
            throw new UserErrorException($"{output}: a link to {target}, which is not there, has this name; remove it, or choose another place with --output.");
        }
    }

    private static Dictionary<string, string> ByIdentity(IEnumerable<string> inputs)
    {
        var read = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var input in inputs)
        {
            read.TryAdd(FileStatus.Of(input).Identity, input);
        }

        read.Remove("");
        return read;
    }

    /// <summary>Makes sure that no file is where a folder would have to be made.</summary>
    /// <exception cref="UserErrorException">A file is there.</exception>
    internal static void RequireFolderAbove(string output)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(output)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            switch (FileStatus.Of(folder).Kind)
            {
                case FileKind.Folder:
                    return;
                case FileKind.File or FileKind.Special:
                    throw new UserErrorException($"{output}: {folder} is a file, not a folder; choose another place with --output.");
            }
        }
    }
}
