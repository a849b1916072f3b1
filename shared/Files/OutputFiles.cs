namespace Pipeline.Shared.Files;

/// <summary>
/// Checks the files that a command will write before it starts: existing files are overwritten only on request, inputs never.
/// </summary>
public static class OutputFiles
{
    /// <param name="outputs">Files that the command will write.</param>
    /// <param name="inputs">Files that the command reads.</param>
    /// <param name="force">Whether existing files are replaced.</param>
    /// <exception cref="UserErrorException">An output is an input (whatever its spelling), already exists, or cannot be a file.</exception>
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
                throw new UserErrorException($"{output}: this would overwrite an input ({input}); choose another path with --output.");
            }

            if (status.Kind != FileKind.File)
            {
                throw new UserErrorException(
                    $"{output}: a file is to be written here, but a folder or a device has this name; choose another path with --output.");
            }

            if (!force)
            {
                throw new UserErrorException(
                    $"{output}: the file already exists; choose another path with --output, or replace it with --force.");
            }
        }
    }

    /// <exception cref="UserErrorException">The output is a dangling link.</exception>
    internal static void RequireNoDanglingLink(string output, FileStatus status)
    {
        if (status.Kind == FileKind.Missing && new FileInfo(output).LinkTarget is { } target)
        {
            throw new UserErrorException(
                $"{output}: this is a dangling link to {target}; remove it, or choose another path with --output.");
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

    /// <summary>Requires that every parent is a folder or does not exist.</summary>
    /// <exception cref="UserErrorException">A parent is a file.</exception>
    internal static void RequireFolderAbove(string output)
    {
        for (var folder = Path.GetDirectoryName(Path.GetFullPath(output)); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            switch (FileStatus.Of(folder).Kind)
            {
                case FileKind.Folder:
                    return;
                case FileKind.File or FileKind.Special:
                    throw new UserErrorException($"{output}: {folder} is a file, not a folder; choose another path with --output.");
            }
        }
    }
}
