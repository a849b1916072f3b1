using Pipeline.Shared.Files;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// COCO's JSON: one annotation file with images, annotations and categories. Its boxes are the product's: continuous pixels from the
/// image's top-left corner, so <c>[x, y, width, height]</c> is x, y, x + width, y + height.
/// </summary>
public sealed class CocoFormat : IDatasetFormat
{
    /// <inheritdoc />
    public string Name => "coco";

    /// <inheritdoc />
    public string Layout => "a .json file with images, annotations and categories, in the folder or in annotations/";

    /// <inheritdoc />
    public string? NotInModel => "polygons, masks and keypoints of COCO's objects";

    /// <inheritdoc />
    public string? Evidence(string path)
    {
        if (FileStatus.Of(path).Kind != FileKind.Folder)
        {
            var isAnnotationFile = CocoAnnotationFiles.IsJson(path) && CocoBeginning.KindOf(path) != CocoKind.Other;
            return isAnnotationFile ? Path.GetFileName(path) : null;
        }

        string[] files = [.. CocoAnnotationFiles.Below(path).Select(file => Path.GetRelativePath(path, file))];
        return files.Length == 0 ? null : FirstFew.Of(files);
    }

    /// <inheritdoc />
    public DatasetContent Open(string path)
    {
        var file = CocoAnnotationFiles.The(path);
        var document = new CocoReader(file).Read();
        var images = CocoImages.Find(file, document);
        var used = images.Images.Select(image => image.Index).ToHashSet();
        var unused = Enumerable.Range(0, document.ImageIds.Count).Where(id => !used.Contains(id));
        return new DatasetContent(images.Images, new CocoLabels(file, document))
        {
            Unlabeled = images.Others,
            UnlabeledBecause = $"is not in {file}",
            LabelFiles = [file],
            Findings = document.Findings.OfFile(unused),
        };
    }

    /// <inheritdoc />
    public DatasetContent OpenLabels(string path)
    {
        var file = CocoAnnotationFiles.The(path);
        var document = new CocoReader(file) { NeedsFileNames = false }.Read();
        return new DatasetContent(CocoImages.Named(document), new CocoLabels(file, document))
        {
            LabelFiles = [file],
            Findings = document.Findings.OfFile([]),
        };
    }

    /// <inheritdoc />
    public IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes) => new CocoWriter(folder, classes);
}
