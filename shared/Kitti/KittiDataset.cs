using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Kitti;

/// <summary>
/// A folder in KITTI's layout: <c>image_2</c> and <c>label_2</c>, directly or below <c>training</c>. Hidden files are skipped.
/// </summary>
public sealed class KittiDataset
{
    private readonly string imageFolder;
    private readonly string labelFolder;
    private readonly Dictionary<string, string> images;
    private readonly Dictionary<string, string> labels;
    private readonly List<string> otherFiles;
    private readonly List<string> duplicates = [];

    private KittiDataset(string folder)
    {
        imageFolder = Path.Combine(folder, "image_2");
        labelFolder = Path.Combine(folder, "label_2");
        var files = VisibleEntries(imageFolder);
        images = ByFrame(files.Where(ImageFormats.HasImageExtension), "image");
        labels = ByFrame(VisibleEntries(labelFolder).Where(IsLabelFile), "label file");
        otherFiles = [.. files.Where(file => !ImageFormats.HasImageExtension(file) && !Directory.Exists(file))];
        ImageIds = [.. images.Keys.Order(StringComparer.Ordinal)];
        FrameIds = [.. ImageIds.Where(labels.ContainsKey)];
    }

    /// <summary>Names of the frames that have an image and a label file, sorted.</summary>
    public IReadOnlyList<string> FrameIds { get; }

    /// <summary>Names of all images, sorted.</summary>
    public IReadOnlyList<string> ImageIds { get; }

    /// <summary>Images without a label file, sorted.</summary>
    public IReadOnlyList<string> ImagesWithoutLabel =>
        [.. ImageIds.Where(frame => !labels.ContainsKey(frame)).Select(frame => images[frame])];

    /// <summary>Label files without an image, sorted.</summary>
    public IReadOnlyList<string> LabelsWithoutImage =>
        [.. labels.Keys.Where(frame => !images.ContainsKey(frame)).Order(StringComparer.Ordinal).Select(LabelPath)];

    /// <summary>All images and label files, which must never be overwritten.</summary>
    public IEnumerable<string> Files => images.Values.Concat(labels.Values);

    /// <param name="root">The data set's folder.</param>
    /// <exception cref="UserErrorException">The folder or its images are missing, or a frame has two images or two label files.</exception>
    public static KittiDataset Open(string root)
    {
        var dataset = OpenWithDuplicates(root);
        return dataset.duplicates.Count == 0 ? dataset : throw new UserErrorException(dataset.duplicates[0]);
    }

    /// <summary>As <see cref="Open"/>, but takes the first of two images or label files of a frame: the check reports all.</summary>
    public static KittiDataset OpenWithDuplicates(string root)
    {
        InputFile.RequireFolder(root, "folder of a data set");
        var below = Path.Combine(root, "training");
        var folder = KindOf(Path.Combine(below, "image_2")) == FileKind.Missing ? root : below;
        var imageFolder = Path.Combine(folder, "image_2");
        if (KindOf(imageFolder) == FileKind.Missing)
        {
            throw new UserErrorException(
                $"{root}: there is neither image_2 nor training/image_2; "
                + "a data set in KITTI's layout holds image_2/*.png and label_2/*.txt.");
        }

        InputFile.RequireFolder(imageFolder, "folder of images");
        if (KindOf(Path.Combine(folder, "label_2")) != FileKind.Missing)
        {
            InputFile.RequireFolder(Path.Combine(folder, "label_2"), "folder of label files");
        }

        var dataset = new KittiDataset(folder);
        return dataset.images.Count > 0
            ? dataset
            : throw new UserErrorException($"{imageFolder}: the folder contains no images; {ImageFormats.Extensions} are read.");
    }

    /// <summary>What is left out, for the user to know: counts and first names.</summary>
    public IEnumerable<string> Remarks()
    {
        if (ImagesWithoutLabel is { Count: > 0 } unlabelled)
        {
            yield return $"warning: {unlabelled.Count} images have no label file in {labelFolder} and are left out "
                + $"({FirstFew.Of(Names(unlabelled))}); an image without objects needs an empty one";
        }

        if (LabelsWithoutImage is { Count: > 0 } orphans)
        {
            yield return $"warning: {orphans.Count} label files have no image in {imageFolder} ({FirstFew.Of(Names(orphans))})";
        }

        if (otherFiles.Count > 0)
        {
            yield return $"warning: {otherFiles.Count} files in {imageFolder} are not read "
                + $"({FirstFew.Of(Names(otherFiles))}); images are {ImageFormats.Extensions}";
        }
    }

    /// <summary>Errors about second images and label files of a frame.</summary>
    internal IReadOnlyList<string> Duplicates => duplicates;

    /// <summary>Files in the image folder that are not images.</summary>
    internal IReadOnlyList<string> OtherFiles => otherFiles;

    /// <summary>Whether there is an image of this name.</summary>
    public bool HasImage(string frameId) => images.ContainsKey(frameId);

    /// <summary>Whether there is a label file of this name.</summary>
    public bool HasLabel(string frameId) => labels.ContainsKey(frameId);

    /// <summary>The frame's image file.</summary>
    /// <exception cref="UserErrorException">There is no such frame.</exception>
    public string ImagePath(string frameId) => images.TryGetValue(frameId, out var path)
        ? path
        : throw new UserErrorException($"frame '{frameId}' has no image in {imageFolder}.");

    /// <summary>The frame's label file, or where it would be.</summary>
    public string LabelPath(string frameId) =>
        labels.TryGetValue(frameId, out var path) ? path : Path.Combine(labelFolder, frameId + ".txt");

    /// <summary>The frame's objects; regions without area are left out.</summary>
    /// <exception cref="UserErrorException">The label file is missing or wrong.</exception>
    public IReadOnlyList<KittiObject> ReadLabels(string frameId) => KittiLabelFile.Read(LabelPath(frameId));

    /// <summary>The frame's objects that are at least partly inside its image.</summary>
    /// <exception cref="UserErrorException">The label file is missing or wrong.</exception>
    public IReadOnlyList<KittiObject> ReadLabels(string frameId, int widthPixels, int heightPixels) =>
        FrameSurvey.Inside(ReadLabels(frameId), widthPixels, heightPixels);

    private static FileKind KindOf(string path) => FileStatus.Of(path).Kind;

    /// <summary>Includes folders: one with the name of an image is reported when it is opened.</summary>
    private static string[] VisibleEntries(string folder) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFileSystemEntries(folder).Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];

    private static bool IsLabelFile(string file) => Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    private Dictionary<string, string> ByFrame(IEnumerable<string> files, string noun)
    {
        var byFrame = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var file in files)
        {
            var frame = Path.GetFileNameWithoutExtension(file);
            if (!byFrame.TryAdd(frame, file))
            {
                duplicates.Add($"{file}: the frame has a second {noun} of the same name ({Path.GetFileName(byFrame[frame])}); keep one.");
            }
        }

        return byFrame;
    }

    private static string[] Names(IEnumerable<string> files) => [.. files.Select(file => Path.GetFileName(file))];
}
