using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// The images of a data set and their ids: paths below its folder, without extension and without the last <c>images</c>, so that
/// <c>images/train/a.jpg</c> and <c>train/images/a.jpg</c> are <c>train/a</c>. Where images lie outside of it, the folder that all images
/// have in common takes its place.
/// </summary>
internal sealed class YoloImages
{
    private readonly string root;
    private readonly List<Finding> findings;
    private readonly Dictionary<string, IReadOnlyList<string>> splits = new(StringComparer.Ordinal);
    private readonly List<string> lists = [];

    /// <param name="root">The folder of the data set.</param>
    /// <param name="entries">Where its images are; empty for all below the folder.</param>
    /// <param name="findings">Receives what is wrong with lists and names.</param>
    /// <exception cref="UserErrorException">A folder cannot be read.</exception>
    public YoloImages(string root, IReadOnlyList<YoloEntry> entries, List<Finding> findings)
    {
        this.root = root;
        this.findings = findings;
        var images = new Dictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (var entry in entries)
        {
            images.TryAdd(entry.List, []);
            images[entry.List].AddRange(Of(entry));
        }

        string[] paths = entries.Count == 0 ? ImagesBelow(root) : [.. images.Values.SelectMany(list => list)];
        var idRoot = IdRoot(paths);
        var distinct = paths.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(Shown);
        Files = FilesById.Of(distinct, path => YoloLabelPaths.Id(idRoot, path), "image", findings);
        foreach (var (name, list) in images)
        {
            splits.Add(name, [.. list.Select(path => YoloLabelPaths.Id(idRoot, path)).Distinct(StringComparer.Ordinal)]);
        }

        RemoveSplitsThatDivideNothing();
    }

    /// <summary>The image files by id.</summary>
    public SortedDictionary<string, string> Files { get; }

    /// <summary>The lists of ids that divide the images.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Splits => splits;

    /// <summary>The files of lists.</summary>
    public IReadOnlyList<string> Lists => lists;

    private IReadOnlyList<string> Of(YoloEntry entry)
    {
        if (FileStatus.Of(entry.Path).Kind == FileKind.Folder)
        {
            return ImagesBelow(entry.Path);
        }

        lists.Add(entry.Path);
        if (!Path.GetExtension(entry.Path).Equals(YoloLabelPaths.Extension, StringComparison.OrdinalIgnoreCase))
        {
            findings.Add(new Finding(entry.At, $"{Excerpt.Of(entry.Path)} is neither a folder of images nor a list of them (txt)."));
            return [];
        }

        return new YoloImageList(entry.Path, Path.GetFullPath(root), findings).Read();
    }

    private static string[] ImagesBelow(string folder) =>
        [.. VisibleFiles.NamesBelow(folder).Where(ImageFormats.HasImageExtension).Select(Path.GetFullPath)];

    private string IdRoot(string[] paths)
    {
        var full = WithSeparator(Path.GetFullPath(root));
        if (Array.TrueForAll(paths, path => path.StartsWith(full, StringComparison.Ordinal)))
        {
            return full;
        }

        var common = WithSeparator(Path.GetDirectoryName(paths[0])!);
        while (!Array.TrueForAll(paths, path => path.StartsWith(common, StringComparison.Ordinal)))
        {
            common = WithSeparator(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(common))!);
        }

        return common;
    }

    /// <summary>A path below the data set's folder as the user spelled it.</summary>
    private string Shown(string path)
    {
        var full = WithSeparator(Path.GetFullPath(root));
        return path.StartsWith(full, StringComparison.Ordinal) ? Path.Combine(root, path[full.Length..]) : path;
    }

    private static string WithSeparator(string folder) =>
        Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar;

    /// <summary>A list of everything, and two lists of the same images, are how a data.yaml says that there are none.</summary>
    private void RemoveSplitsThatDivideNothing()
    {
        foreach (var (name, list) in splits.Where(split => split.Value.Count == 0).ToArray())
        {
            splits.Remove(name);
        }

        var sizes = splits.Values.Select(list => list.Count).ToArray();
        var union = splits.Values.SelectMany(list => list).ToHashSet(StringComparer.Ordinal);
        if (splits.Count > 1 && Array.TrueForAll(sizes, size => size == union.Count))
        {
            findings.Add(new Finding(root, $"{string.Join(" and ", splits.Keys)} are the same images; these lists are not used.")
            {
                Summary = "data sets have lists of the same images, which are not used",
            });
            splits.Clear();
        }

        if (splits.Count == 1)
        {
            splits.Clear();
        }
    }
}
