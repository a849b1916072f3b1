using System.Text;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>A folder of KITTI's text files alone, recognized by the beginning of a few: labels, or results with a score.</summary>
internal static class KittiTextFolder
{
    private const int FilesLookedAt = 64, BytesLookedAt = 4096;
    private const char ByteOrderMark = '\uFEFF';

    /// <summary>The text files directly in a folder, in ordinal order; hidden ones are skipped.</summary>
    public static IReadOnlyList<string> Files(string folder) =>
        [.. Directory.EnumerateFiles(folder).Where(IsText).Order(StringComparer.Ordinal)];

    /// <summary>Whether a file has the extension of labels and results, and is not hidden.</summary>
    public static bool IsText(string path) =>
        Path.GetExtension(path).Equals(".txt", StringComparison.OrdinalIgnoreCase) && Path.GetFileName(path)[0] != '.';

    /// <summary>
    /// How many fields the first line of the first files has that is not empty: 15 for labels, 16 for results; 0 when there is no line, or
    /// one with other fields.
    /// </summary>
    public static int FieldsOf(IEnumerable<string> files)
    {
        var found = 0;
        foreach (var file in files.Take(FilesLookedAt))
        {
            var fields = FieldsOfFirstLine(Beginning(file));
            if (fields is not (0 or KittiFields.OfLabel or KittiFields.OfResult))
            {
                return 0;
            }

            found = found == 0 ? fields : found;
        }

        return found;
    }

    /// <returns>0 for a file without lines; −1 for one that does not begin as KITTI's do: a name, then numbers.</returns>
    private static int FieldsOfFirstLine(string text)
    {
        var line = text.AsSpan().TrimStart(ByteOrderMark).TrimStart();
        var end = line.IndexOfAny('\r', '\n');
        line = end < 0 ? line : line[..end];
        Span<Range> fields = stackalloc Range[KittiFields.OfResult + 1];
        var count = KittiFields.Split(line, fields);
        var beginsWithNumber = count > 0 && double.TryParse(line[fields[0]], out _);
        return beginsWithNumber ? -1 : count;
    }

    private static string Beginning(string path)
    {
        try
        {
            using var stream = InputFile.Open(path);
            var bytes = new byte[BytesLookedAt];
            var count = stream.ReadAtLeast(bytes, BytesLookedAt, throwOnEndOfStream: false);
            return Encoding.UTF8.GetString(bytes, 0, count);
        }
        catch (Exception exception) when (exception is UserErrorException or IOException)
        {
            return "";
        }
    }
}
