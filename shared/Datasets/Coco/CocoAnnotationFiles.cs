using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// The annotation files that a path holds: a JSON file itself; of a folder those in it, in its folder <c>annotations</c>, and
/// <c>_annotations.coco.json</c> in the folders of splits.
/// </summary>
internal static class CocoAnnotationFiles
{
    private const int MostFiles = 200;
    private const int MostNamed = 10;
    private const string Extension = ".json";
    private const string AnnotationFolder = "annotations";
    private const string FileOfSplit = "_annotations.coco.json";

    private static readonly string[] OtherTasks = ["captions_", "panoptic_", "person_keypoints_", "stuff_", "image_info_"];

    /// <summary>Whether a path ends like an annotation file.</summary>
    public static bool IsJson(string path) => Path.GetExtension(path).Equals(Extension, StringComparison.OrdinalIgnoreCase);

    /// <summary>Annotation files below a folder; those of other tasks only when there are no others.</summary>
    public static IReadOnlyList<string> Below(string folder)
    {
        string[] named = [.. JsonFiles(folder), .. JsonFiles(Path.Combine(folder, AnnotationFolder)), .. FilesOfSplits(folder)];
        string[] found = [.. named.Where(file => CocoBeginning.KindOf(file) == CocoKind.Objects)];
        string[] objects = [.. found.Where(file => !OtherTasks.Any(Path.GetFileName(file).StartsWith))];
        return objects.Length > 0 ? objects : found;
    }

    /// <summary>The annotation file of a path.</summary>
    /// <param name="path">An existing file or folder.</param>
    /// <exception cref="UserErrorException">There is none, or more than one.</exception>
    public static string The(string path)
    {
        if (FileStatus.Of(path).Kind != FileKind.Folder)
        {
            return path;
        }

        var files = Below(path);
        if (files.Count == 0)
        {
            throw new UserErrorException(
                $"{path}: there is no annotation file, neither here nor in {AnnotationFolder}; COCO's is a {Extension} file with images, "
                + "annotations and categories. Name it as --data FILE.");
        }

        return files.Count == 1
            ? files[0]
            : throw new UserErrorException(
                $"{path}: there are {files.Count} annotation files; name one as --data FILE: {FirstFew.Of(files, MostNamed)}.");
    }

    private static IEnumerable<string> JsonFiles(string folder) => Visible(folder, Directory.EnumerateFiles).Where(IsJson).Take(MostFiles);

    private static IEnumerable<string> FilesOfSplits(string folder) =>
        Visible(folder, Directory.EnumerateDirectories).Take(MostFiles)
            .Select(split => Path.Combine(split, FileOfSplit))
            .Where(File.Exists);

    private static string[] Visible(string folder, Func<string, IEnumerable<string>> entries)
    {
        try
        {
            return !Directory.Exists(folder)
                ? []
                : [.. entries(folder).Where(entry => Path.GetFileName(entry)[0] != '.').Order(StringComparer.Ordinal)];
        }
        catch (UnauthorizedAccessException)
        {
            return [];
        }
    }
}
