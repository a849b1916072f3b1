using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets;

/// <summary>
/// Which images belong together, such as those of one drive: a text file with an image and its group per line, separated by white space
/// or a comma. Empty lines and lines that begin with # are skipped.
/// </summary>
public static class ImageGroups
{
    private const char Comment = '#';
    private static readonly char[] Separators = [' ', '\t', ','];

    /// <param name="path">The file.</param>
    /// <param name="dataset">The data set of the images.</param>
    /// <returns>The group of each labelled image.</returns>
    /// <exception cref="UserErrorException">
    /// The file is missing, a line is malformed, an image occurs twice or is not in the data set, or one has no group.
    /// </exception>
    public static IReadOnlyDictionary<string, string> Read(string path, Dataset dataset)
    {
        var groups = new Dictionary<string, string>(StringComparer.Ordinal);
        var lines = new Dictionary<string, int>(StringComparer.Ordinal);
        var number = 0;
        foreach (var line in InputFile.ReadText(path, "list of images and their groups").AsSpan().EnumerateLines())
        {
            number++;
            var text = line.Trim().ToString();
            if (text.Length == 0 || text[0] == Comment)
            {
                continue;
            }

            var (id, group) = Fields(text, $"{path}:{number}");
            if (!IsKnown(id, dataset))
            {
                throw new UserErrorException(
                    $"{path}:{number}: image '{id}' is not in the data set; remove the line, or name the image as the data set does.");
            }

            if (!lines.TryAdd(id, number))
            {
                throw new UserErrorException($"{path}:{number}: image '{id}' is already in line {lines[id]}; remove one.");
            }

            groups.Add(id, group);
        }

        RequireAll(path, dataset, groups);
        return groups;
    }

    private static bool IsKnown(string id, Dataset dataset) => dataset.Contains(id) || dataset.WhyUnlabeled(id) is not null;

    private static (string Id, string Group) Fields(string text, string at)
    {
        var fields = text.Split(Separators, StringSplitOptions.RemoveEmptyEntries);
        return fields.Length == 2
            ? (fields[0], fields[1])
            : throw new UserErrorException(
                $"{at}: {fields.Length} words; a line holds an image and its group, such as '000008 drive_0005'.");
    }

    private static void RequireAll(string path, Dataset dataset, Dictionary<string, string> groups)
    {
        string[] missing = [.. dataset.ImageIds.Where(id => !groups.ContainsKey(id))];
        if (missing.Length > 0)
        {
            throw new UserErrorException(
                $"{path}: {missing.Length} of the {dataset.ImageIds.Count} labelled images have no group ({FirstFew.Of(missing)}); "
                + "add a line for each.");
        }
    }
}
