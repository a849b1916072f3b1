using Pipeline.Shared.Files;

namespace Pipeline.Shared.Kitti;

/// <summary>One line of a list of frames.</summary>
/// <param name="Frame">The frame's name.</param>
/// <param name="At">File and line.</param>
/// <param name="Defect">Why the line is refused; null when it is valid.</param>
public sealed record FrameListLine(string Frame, string At, string? Defect);

/// <summary>Lists of frames: one name per line, without folder and extension; empty lines and comments (#) are skipped.</summary>
public static class FrameList
{
    private const char Comment = '#';

    /// <summary>Reads the frames of a list.</summary>
    /// <param name="path">The list.</param>
    /// <param name="dataset">The data set of the frames.</param>
    /// <exception cref="UserErrorException">
    /// The list is missing or empty, or names a frame twice or one that does not exist; the message has the list, the line and the reason.
    /// </exception>
    public static IReadOnlyList<string> Read(string path, KittiDataset dataset)
    {
        var lines = Lines(path, dataset);
        if (lines.Count == 0)
        {
            throw new UserErrorException($"{path}: the list of frames is empty.");
        }

        if (lines.FirstOrDefault(line => line.Defect is not null) is { } wrong)
        {
            throw new UserErrorException(wrong.Defect!);
        }

        return [.. lines.Select(line => line.Frame)];
    }

    /// <summary>Reads every line of a list with its defect.</summary>
    /// <exception cref="UserErrorException">The list is missing or cannot be read.</exception>
    public static IReadOnlyList<FrameListLine> Lines(string path, KittiDataset dataset)
    {
        var lines = new List<FrameListLine>();
        var seen = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "list of frames").AsSpan().EnumerateLines())
        {
            number++;
            var frame = line.Trim().ToString();
            if (frame.Length == 0 || frame[0] == Comment)
            {
                continue;
            }

            var at = $"{path}:{number}";
            var isNew = seen.TryAdd(frame, number);
            var defect = isNew ? Defect(frame, at, dataset) : $"{at}: frame '{frame}' is already in line {seen[frame]}; remove one.";
            lines.Add(new FrameListLine(frame, at, defect));
        }

        return lines;
    }

    /// <summary>Writes one frame per line.</summary>
    /// <param name="path">The list file.</param>
    /// <param name="frameIds">Names of the frames.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    public static void Write(string path, IEnumerable<string> frameIds, bool replace = true) =>
        AtomicFile.WriteText(path, string.Concat(frameIds.Select(id => id + "\n")), replace);

    private static string? Defect(string frame, string at, KittiDataset dataset)
    {
        if (!dataset.HasImage(frame))
        {
            return $"{at}: frame '{frame}' has no image{Hint(frame, dataset)}.";
        }

        return dataset.HasLabel(frame)
            ? null
            : $"{at}: frame '{frame}' has no label file ({dataset.LabelPath(frame)}); an image without objects needs an empty one.";
    }

    private static string Hint(string frame, KittiDataset dataset)
    {
        var bare = Path.GetFileNameWithoutExtension(frame.Replace('\\', '/'));
        if (dataset.HasImage(bare))
        {
            return $"; a list holds names without folder and extension, such as '{bare}'";
        }

        var name = Path.GetFileName(frame);
        if (dataset.HasImage(name))
        {
            return $"; a list holds names without folder, such as '{name}'";
        }

        var first = frame.Split((char[])[' ', '\t', ',', ';', Comment])[0];
        if (dataset.HasImage(first))
        {
            return $"; a line holds one name and nothing after it, such as '{first}'";
        }

        var width = dataset.ImageIds[0].Length;
        return dataset.HasImage(frame.PadLeft(width, '0')) ? $"; its name is '{frame.PadLeft(width, '0')}'" : "";
    }
}
