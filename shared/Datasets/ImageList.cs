using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets;

/// <summary>One line of a list of images.</summary>
/// <param name="Id">The image's id.</param>
/// <param name="At">File and line.</param>
/// <param name="Defect">Why the line is refused, without the place; null when it is valid.</param>
public sealed record ImageListLine(string Id, string At, string? Defect);

/// <summary>Lists of images: one id per line, without extension; empty lines and comments (#) are skipped.</summary>
public static class ImageList
{
    private const char Comment = '#';

    /// <summary>Reads the images of a list.</summary>
    /// <param name="path">The list's file, or the name of one of the data set's own lists (<c>train</c>, <c>val</c>, <c>test</c>).</param>
    /// <param name="dataset">The data set of the images.</param>
    /// <exception cref="UserErrorException">
    /// The list is missing or empty, or names an image twice or one that does not exist; the message has the list, the line and the reason.
    /// </exception>
    public static IReadOnlyList<string> Read(string path, Dataset dataset)
    {
        if (Own(path, dataset) is { } own)
        {
            return own;
        }

        var lines = Lines(path, dataset);
        if (lines.Count == 0)
        {
            throw new UserErrorException($"{path}: the list of images is empty.");
        }

        if (lines.FirstOrDefault(line => line.Defect is not null) is { } wrong)
        {
            throw new UserErrorException($"{wrong.At}: {wrong.Defect}");
        }

        return [.. lines.Select(line => line.Id)];
    }

    /// <summary>The data set's own list of a name; null where there is none, or a file of that name.</summary>
    public static IReadOnlyList<string>? Own(string name, Dataset dataset) =>
        File.Exists(name) ? null : dataset.Splits.GetValueOrDefault(name);

    /// <summary>Reads every line of a list with its defect.</summary>
    /// <exception cref="UserErrorException">The list is missing or cannot be read.</exception>
    public static IReadOnlyList<ImageListLine> Lines(string path, Dataset dataset)
    {
        var lines = new List<ImageListLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "list of images").AsSpan().EnumerateLines())
        {
            number++;
            var id = line.Trim().ToString();
            if (id.Length == 0 || id[0] == Comment)
            {
                continue;
            }

            var at = $"{path}:{number}";
            var isNew = seen.TryAdd(id, number);
            var defect = isNew ? Defect(id, dataset) : $"image '{id}' is already in line {seen[id]}; remove one.";
            lines.Add(new ImageListLine(id, at, defect));
        }

        return lines;
    }

    /// <summary>Writes one id per line.</summary>
    /// <param name="path">The list file.</param>
    /// <param name="ids">The images.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    public static void Write(string path, IEnumerable<string> ids, bool replace = true) =>
        AtomicFile.WriteText(path, string.Concat(ids.Select(id => id + "\n")), replace);

    private static string? Defect(string id, Dataset dataset)
    {
        if (dataset.Contains(id))
        {
            return null;
        }

        return dataset.WhyUnlabeled(id) is { } reason
            ? $"image '{id}' {reason}."
            : $"image '{id}' is not in the data set{Hint(id, dataset)}.";
    }

    private static string Hint(string id, Dataset dataset)
    {
        var path = id.Replace('\\', '/');
        var bare = Path.GetFileNameWithoutExtension(path);
        if (dataset.Contains(bare))
        {
            return $"; a list holds names without folder and extension, such as '{bare}'";
        }

        var withoutExtension = Path.ChangeExtension(path, null);
        if (dataset.Contains(withoutExtension))
        {
            return $"; a list holds names without extension, such as '{withoutExtension}'";
        }

        var name = Path.GetFileName(path);
        if (dataset.Contains(name))
        {
            return $"; a list holds names without folder, such as '{name}'";
        }

        var first = id.Split((char[])[' ', '\t', ',', ';', Comment])[0];
        if (dataset.Contains(first))
        {
            return $"; a line holds one name and nothing after it, such as '{first}'";
        }

        var width = dataset.ImageIds.Count > 0 ? dataset.ImageIds[0].Length : 0;
        return dataset.Contains(id.PadLeft(width, '0')) ? $"; its name is '{id.PadLeft(width, '0')}'" : "";
    }
}
