using Pipeline.Shared;

namespace Pipeline.Training.Data;

/// <summary>Unlabelled images: every image file below a folder, at any depth, or those that a list file names.</summary>
internal static class UnlabelledImages
{
    private static readonly HashSet<string> Extensions = new([".png", ".jpg", ".jpeg", ".webp", ".bmp"], StringComparer.OrdinalIgnoreCase);

    /// <param name="source">A folder, or a text file with one path a line; empty lines and those that begin with # do not count.</param>
    /// <param name="root">What a list's paths are relative to; its own folder when null.</param>
    /// <returns>Paths: a folder's in ordinal order, a list's in its own. Whether the files are there shows when they are read.</returns>
    /// <exception cref="UserErrorException">The source is missing, holds no image or names one twice.</exception>
    public static IReadOnlyList<string> List(string source, string? root = null)
    {
        if (File.Exists(source) && !Extensions.Contains(Path.GetExtension(source)))
        {
            return FromList(source, root ?? Path.GetDirectoryName(Path.GetFullPath(source))!);
        }

        if (!Directory.Exists(source))
        {
            throw new UserErrorException($"{source}: there is no such folder of images or list file.");
        }

        string[] files = [.. Directory.EnumerateFiles(source, "*", SearchOption.AllDirectories).Where(file => Extensions.Contains(Path.GetExtension(file))).Order(StringComparer.Ordinal)];
        return files.Length > 0 ? files : throw new UserErrorException($"{source}: there is no image in it or below it; {string.Join(", ", Extensions)} are read.");
    }

    private static List<string> FromList(string list, string root)
    {
        if (!Directory.Exists(root))
        {
            throw new UserErrorException($"{root}: there is no such folder; the paths of {list} are relative to it.");
        }

        var (files, lines) = (new List<string>(), new Dictionary<string, int>(StringComparer.Ordinal));
        var number = 0;
        foreach (var line in File.ReadLines(list).Select(line => line.Trim()))
        {
            number++;
            if (line.Length == 0 || line[0] == '#')
            {
                continue;
            }

            if (!lines.TryAdd(line, number))
            {
                throw new UserErrorException($"{list}:{number}: {line} stands in line {lines[line]} too; remove one.");
            }

            files.Add(Path.Combine(root, line));
        }

        return files.Count > 0 ? files : throw new UserErrorException($"{list}: names no image.");
    }
}
