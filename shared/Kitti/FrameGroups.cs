using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Kitti;

/// <summary>
/// Which frames belong together, such as those of one drive: a text file with a frame and its group per line, separated by white space
/// or a comma. Empty lines and lines that begin with # are skipped.
/// </summary>
public static class FrameGroups
{
    private const char Comment = '#';
    private static readonly char[] Separators = [' ', '\t', ','];

    /// <param name="path">The file.</param>
    /// <param name="dataset">The data set of the frames.</param>
    /// <returns>The group of each labelled frame.</returns>
    /// <exception cref="UserErrorException">
    /// The file is missing, a line is malformed, a frame occurs twice or is not in the data set, or one has no group.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Read(string path, KittiDataset dataset)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "list of frames and their groups").AsSpan().EnumerateLines())
        {
            number++;
            var text = line.Trim().ToString();
            if (text.Length == 0 || text[0] == Comment)
            {
                continue;
            }

            var (frame, group) = Fields(text, $"{path}:{number}");
            if (!dataset.HasImage(frame))
            {
                throw new UserErrorException(
                    $"{path}:{number}: frame '{frame}' has no image; remove the line, or name the frame like its image.");
            }

            if (!lines.TryAdd(frame, number))
            {
                throw new UserErrorException($"{path}:{number}: frame '{frame}' is already in line {lines[frame]}; remove one.");
            }

            groups.Add(frame, group);
        }

        RequireAll(path, dataset, groups);
        return groups;
    }

    private static (string Frame, string Group) Fields(string text, string at)
    {
        var fields = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 2
            ? (fields[0], fields[1])
            : throw new UserErrorException(
                $"{at}: {fields.Length} words; a line holds a frame and its group, such as '000008 drive_0005'.");
    }

    private static void RequireAll(string path, KittiDataset dataset, Dictionary<string, string> groups)
    {
        string[] missing = [.. dataset.FrameIds.Where(frame => !groups.ContainsKey(frame))];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                $"{path}: {missing.Length} of the {dataset.FrameIds.Count} labelled frames have no group ({FirstFew.Of(missing)}); "
                + "add a line for each.");
        }
    }
}
