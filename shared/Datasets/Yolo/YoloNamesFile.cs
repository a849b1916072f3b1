using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Names of classes as darknet and labelling tools write them: a line each, the first is class 0.</summary>
internal static class YoloNamesFile
{
    private const long MaxFileBytes = 1_000_000;

    /// <summary>Whether a file has such a name: <c>classes.txt</c>, or the extension <c>names</c>.</summary>
    public static bool IsOne(string path)
    {
        var isText = Path.GetFileName(path).Equals("classes.txt", StringComparison.OrdinalIgnoreCase);
        return isText || Path.GetExtension(path).Equals(".names", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>The one of a data set: in its folder, else the uppermost below it, else in the folder above it.</summary>
    /// <param name="root">The folder of the data set.</param>
    /// <param name="files">The files below it.</param>
    /// <exception cref="UserErrorException">Two files have other names.</exception>
    public static string? Find(string root, IEnumerable<string> files)
    {
        string[] below = [.. files.Where(IsOne).OrderBy(Depth).ThenBy(file => file, StringComparer.Ordinal)];
        if (below.Length == 0)
        {
            var above = Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(root)));
            return above is null ? null : FilesIn(above).FirstOrDefault(IsOne);
        }

        var first = Lines(below[0]);
        if (below.Skip(1).FirstOrDefault(file => !Lines(file).SequenceEqual(first)) is { } other)
        {
            throw new UserErrorException($"{other}: the classes are not those of {below[0]}; keep one of the files.");
        }

        return below[0];
    }

    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static YoloNames Read(string path, List<Finding> findings)
    {
        var names = new Dictionary<int, string>();
        var lines = Lines(path);
        for (var number = 0; number < lines.Length; number++)
        {
            if (lines[number].Length > 0)
            {
                YoloNameFindings.Add(names, number, lines[number], $"{path}:{number + 1}", findings);
            }
        }

        return new YoloNames(path, names);
    }

    private static string[] Lines(string path)
    {
        var text = InputFile.ReadText(path, "list of class names", MaxFileBytes);
        return [.. text.TrimEnd().Split('\n').Select(line => line.Trim())];
    }

    private static int Depth(string path) => path.Count(character => character == Path.DirectorySeparatorChar);

    private static IEnumerable<string> FilesIn(string folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        return Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal);
    }
}
