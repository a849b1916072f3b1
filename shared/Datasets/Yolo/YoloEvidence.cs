using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Recognizes a data set by a look at the beginning of a few files.</summary>
internal static partial class YoloEvidence
{
    private const int FilesLookedAt = 8, FoldersDeep = 3, BytesLookedAt = 4096;
    private static readonly string[] UsualNames = ["data.yaml", "data.yml", "dataset.yaml", "dataset.yml"];

    /// <summary>The YAML files of a folder that name classes, the usual names first; those with a usual name need not.</summary>
    public static IEnumerable<string> DataFiles(string folder)
    {
        var options = new EnumerationOptions { IgnoreInaccessible = true };
        string[] files = [.. Directory.EnumerateFiles(folder, "*", options).Where(IsDataFile)];
        return files.OrderBy(file => Rank(file)).ThenBy(file => file, StringComparer.Ordinal);
    }

    /// <summary>Whether the name is one that says what the file is.</summary>
    public static bool HasUsualName(string path) => UsualNames.Contains(Path.GetFileName(path), StringComparer.Ordinal);

    /// <summary>Whether a YAML file names classes, or has a usual name and names images.</summary>
    public static bool IsDataFile(string path)
    {
        if (!YoloYaml.IsOne(path))
        {
            return false;
        }

        var text = Beginning(path);
        return NamesKey().IsMatch(text) || (HasUsualName(path) && ImagesKey().IsMatch(text));
    }

    /// <summary>A label file below a folder; null when none of the first text files is one.</summary>
    public static string? LabelFile(string folder)
    {
        var labels = Path.Combine(folder, YoloLabelPaths.Labels);
        var mirrored = Directory.Exists(labels) ? TextFiles(labels).FirstOrDefault(file => IsLabelFile(file, orEmpty: true)) : null;
        return mirrored ?? TextFiles(folder).FirstOrDefault(file => IsLabelFile(file, orEmpty: false));
    }

    private static int Rank(string path)
    {
        var index = Array.IndexOf(UsualNames, Path.GetFileName(path));
        return index < 0 ? UsualNames.Length : index;
    }

    private static bool IsLabelFile(string file, bool orEmpty)
    {
        var text = Beginning(file).TrimStart('\uFEFF', ' ', '\t', '\r', '\n');
        return text.Length == 0 ? orEmpty : LabelLine().IsMatch(text);
    }

    private static IEnumerable<string> TextFiles(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, MaxRecursionDepth = FoldersDeep, IgnoreInaccessible = true };
        var files = Directory.EnumerateFiles(folder, "*" + YoloLabelPaths.Extension, options);
        return files.Where(file => !YoloNamesFile.IsOne(file)).Take(FilesLookedAt);
    }

    private static string Beginning(string path)
    {
        try
        {
            using var stream = InputFile.Open(path);
            var bytes = new byte[BytesLookedAt];
            var count = stream.ReadAtLeast(bytes, BytesLookedAt, throwOnEndOfStream: false);
            using var reader = new StreamReader(new MemoryStream(bytes, 0, count), Encoding.UTF8, detectEncodingFromByteOrderMarks: true);
            return reader.ReadToEnd();
        }
        catch (Exception exception) when (exception is UserErrorException or IOException)
        {
            return "#";
        }
    }

    [GeneratedRegex("""^[{"']*names["']?\s*:""", RegexOptions.Multiline)]
    private static partial Regex NamesKey();

    [GeneratedRegex("""^[{"']*(train|val|nc)["']?\s*:""", RegexOptions.Multiline)]
    private static partial Regex ImagesKey();

    [GeneratedRegex(@"^\d+(\.0*)?([ \t]+[-+]?[\d.]+([eE][-+]?\d+)?){4,}[ \t]*(\r|\n|$)")]
    private static partial Regex LabelLine();
}
