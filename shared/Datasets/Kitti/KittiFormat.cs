using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>
/// KITTI's layout: <c>image_2</c> and <c>label_2</c>, directly or below <c>training</c>. Hidden files are skipped. Its coordinates are
/// the product's: continuous pixels from the image's top-left corner.
/// </summary>
public sealed class KittiFormat : IDatasetFormat
{
    private const string ImageFolder = "image_2", LabelFolder = "label_2", TrainingFolder = "training";

    /// <inheritdoc />
    public string Name => "kitti";

    /// <inheritdoc />
    public string Layout => $"{ImageFolder}/*.png and {LabelFolder}/*.txt, directly or below {TrainingFolder}";

    /// <inheritdoc />
    public string? NotInModel => "sizes, positions and angles of KITTI's objects, and degrees of truncation and occlusion,";

    /// <inheritdoc />
    public string? Evidence(string path) => Folder(path) is { } folder
        ? Path.GetRelativePath(path, Path.Combine(folder, ImageFolder))
        : null;

    /// <inheritdoc />
    public DatasetContent Open(string path)
    {
        InputFile.RequireFolder(path, "folder of a data set");
        var folder = Folder(path) ?? throw new UserErrorException(
            $"{path}: there is neither {ImageFolder} nor {TrainingFolder}/{ImageFolder}; a data set in KITTI's layout holds {Layout}.");
        var imageFolder = Path.Combine(folder, ImageFolder);
        var labelFolder = Path.Combine(folder, LabelFolder);
        InputFile.RequireFolder(imageFolder, "folder of images");
        if (FileStatus.Of(labelFolder).Kind != FileKind.Missing)
        {
            InputFile.RequireFolder(labelFolder, "folder of label files");
        }

        return Content(imageFolder, labelFolder);
    }

    /// <inheritdoc />
    public string? LabelEvidence(string path)
    {
        if (FileStatus.Of(path).Kind != FileKind.Folder)
        {
            return null;
        }

        if (FolderOfLabels(path) is { } folder)
        {
            return Path.GetRelativePath(path, folder);
        }

        var files = KittiTextFolder.Files(path);
        return KittiTextFolder.FieldsOf(files) > 0 ? Path.GetFileName(files[0]) : null;
    }

    /// <inheritdoc />
    public DatasetContent OpenLabels(string path)
    {
        InputFile.RequireFolder(path, "folder of label files");
        var folder = FolderOfLabels(path) ?? path;
        var files = KittiTextFolder.Files(folder);
        if (files.Count == 0)
        {
            throw new UserErrorException($"{folder}: there are no label files; KITTI's are {LabelFolder}/000000.txt and so on.");
        }

        if (KittiTextFolder.FieldsOf(files) == KittiFields.OfResult)
        {
            throw new UserErrorException(
                $"{folder}: these are results, with the score as field 16, not labels; truth and detections may be swapped.");
        }

        var findings = new List<Finding>();
        var labels = ByName(files, "label file", findings);
        return new DatasetContent([.. labels.Select(label => new DatasetImage(label.Key, label.Value))], new KittiLabels(labels))
        {
            LabelFiles = [.. labels.Values],
            Findings = findings,
        };
    }

    /// <inheritdoc />
    public IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes) => new KittiWriter(folder, classes);

    /// <summary>The folder that holds the images' folder; null: there is none.</summary>
    private static string? Folder(string path)
    {
        string[] candidates = [Path.Combine(path, TrainingFolder), path];
        return candidates.FirstOrDefault(folder => FileStatus.Of(Path.Combine(folder, ImageFolder)).Kind != FileKind.Missing);
    }

    /// <summary>The folder <c>label_2</c> of a data set; null: there is none.</summary>
    private static string? FolderOfLabels(string path)
    {
        string[] candidates = [Path.Combine(path, TrainingFolder, LabelFolder), Path.Combine(path, LabelFolder)];
        return candidates.FirstOrDefault(Directory.Exists);
    }

    private static DatasetContent Content(string imageFolder, string labelFolder)
    {
        var findings = new List<Finding>();
        var files = VisibleEntries(imageFolder);
        var images = ByName(files.Where(ImageFormats.HasImageExtension), "image", findings);
        var labels = ByName(VisibleEntries(labelFolder).Where(IsLabelFile), "label file", findings);
        if (images.Count == 0)
        {
            throw new UserErrorException($"{imageFolder}: the folder contains no images; {ImageFormats.Extensions} are read.");
        }

        findings.AddRange(labels.Where(label => !images.ContainsKey(label.Key)).Select(label => WithoutImage(label.Value)));
        findings.AddRange(files.Where(IsOtherFile).Select(NotRead));
        DatasetImage[] all = [.. images.Select(image => new DatasetImage(image.Key, image.Value))];
        return new DatasetContent([.. all.Where(image => labels.ContainsKey(image.Id))], new KittiLabels(Used(labels, images)))
        {
            Unlabeled = [.. all.Where(image => !labels.ContainsKey(image.Id))],
            UnlabeledBecause = $"has no label file in {labelFolder}; an image without objects needs an empty one",
            LabelFiles = [.. labels.Values],
            Findings = findings,
        };
    }

    private static Dictionary<string, string> Used(SortedDictionary<string, string> labels, SortedDictionary<string, string> images) =>
        labels.Where(label => images.ContainsKey(label.Key)).ToDictionary(StringComparer.Ordinal);

    private static Finding WithoutImage(string labelFile) =>
        new(labelFile, "there is no image of this name.") { Summary = "label files have no image" };

    private static Finding NotRead(string file) =>
        new(file, $"this file is not read; images are {ImageFormats.Extensions}.")
        {
            Summary = $"files beside the images are not read; images are {ImageFormats.Extensions}",
        };

    /// <summary>Includes folders: one with the name of an image is reported when it is opened.</summary>
    private static string[] VisibleEntries(string folder) => !Directory.Exists(folder) ? [] :
        [.. Directory.EnumerateFileSystemEntries(folder).Where(file => Path.GetFileName(file)[0] != '.').Order(StringComparer.Ordinal)];

    private static bool IsLabelFile(string file) => Path.GetExtension(file).Equals(".txt", StringComparison.OrdinalIgnoreCase);

    private static bool IsOtherFile(string file) => !ImageFormats.HasImageExtension(file) && !Directory.Exists(file);

    private static SortedDictionary<string, string> ByName(IEnumerable<string> files, string noun, List<Finding> findings) =>
        FilesById.Of(files, file => Path.GetFileNameWithoutExtension(file), noun, findings);
}
