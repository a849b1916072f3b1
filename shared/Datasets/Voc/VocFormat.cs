using System.Text;
using System.Text.RegularExpressions;
using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Voc;

/// <summary>
/// Pascal VOC's layout and the plain ones that people have: <c>Annotations</c> and <c>JPEGImages</c> or <c>images</c>, perhaps below
/// <c>VOCdevkit/VOC2012</c>, or annotation files and images in the same folders. Hidden files are skipped.
/// <see cref="VocObjectReader"/> has the rule of the pixels.
/// </summary>
public sealed partial class VocFormat : IDatasetFormat
{
    private const int FilesLookedAt = 8, FoldersDeep = 3, BytesLookedAt = 4096;

    /// <inheritdoc />
    public string Name => "voc";

    /// <inheritdoc />
    public string Layout => "Annotations/*.xml and JPEGImages/*.jpg, or XML files of VOC beside the images";

    /// <inheritdoc />
    public string? Evidence(string path)
    {
        if (FileStatus.Of(path).Kind != FileKind.Folder)
        {
            return null;
        }

        if (VocLayout.Child(path, "Annotations") is null && VocLayout.Years(path) is [_, _, ..] years)
        {
            return string.Join(", ", years.Select(Path.GetFileName));
        }

        var layout = VocLayout.Of(path);
        var folder = layout.AnnotationFolder ?? layout.Folder;
        var file = FirstFiles(folder).FirstOrDefault(IsAnnotation);
        if (file is not null)
        {
            return Path.GetRelativePath(path, file);
        }

        return layout.IsVoc ? Path.GetRelativePath(path, layout.ImageFolder!) : null;
    }

    /// <inheritdoc />
    public DatasetContent Open(string path)
    {
        InputFile.RequireFolder(path, "folder of a data set");
        var layout = VocLayout.Of(path);
        var findings = new List<Finding>();
        var imageFolder = layout.ImageFolder ?? layout.Folder;
        var imageFiles = VisibleFiles.NamesBelow(imageFolder).Where(ImageFormats.HasImageExtension);
        var images = FilesById.Of(imageFiles, layout.ImageId, "image", findings);
        if (images.Count == 0)
        {
            throw new UserErrorException($"{imageFolder}: the folder contains no images; {ImageFormats.Extensions} are read.");
        }

        var annotationFiles = AnnotationFiles(layout);
        var pairs = new VocPairs(images, findings);
        pairs.Match(FilesById.Of(annotationFiles, layout.AnnotationId, "annotation file", findings));
        var content = Content(layout, images, pairs.AnnotationFiles, findings);
        return content with { LabelFiles = [.. annotationFiles, .. content.LabelFiles] };
    }

    /// <inheritdoc />
    public DatasetContent OpenLabels(string path)
    {
        InputFile.RequireFolder(path, "folder of annotation files");
        var layout = VocLayout.Of(path);
        var findings = new List<Finding>();
        var files = FilesById.Of(AnnotationFiles(layout), layout.AnnotationId, "annotation file", findings);
        var content = Content(layout, files, files, findings);
        return content with { LabelFiles = [.. files.Values, .. content.LabelFiles] };
    }

    /// <inheritdoc />
    public IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes) => new VocWriter(folder, classes);

    /// <exception cref="UserErrorException">There is none.</exception>
    private string[] AnnotationFiles(VocLayout layout)
    {
        var folder = layout.AnnotationFolder ?? layout.Folder;
        string[] files = [.. VisibleFiles.NamesBelow(folder).Where(IsXml)];
        return files.Length > 0
            ? files
            : throw new UserErrorException($"{folder}: the folder contains no XML file; {Layout} are read.");
    }

    private static DatasetContent Content(
        VocLayout layout,
        SortedDictionary<string, string> images,
        IReadOnlyDictionary<string, string> annotationFiles,
        List<Finding> findings)
    {
        DatasetImage[] all = [.. images.Select(image => new DatasetImage(image.Key, image.Value))];
        DatasetImage[] labeled = [.. all.Where(image => annotationFiles.ContainsKey(image.Id))];
        DatasetImage[] unlabeled = [.. all.Where(image => !annotationFiles.ContainsKey(image.Id))];
        var sets = new VocImageSets(Ids(labeled), Ids(unlabeled), findings);
        sets.Read(layout.Folder);
        return new DatasetContent(labeled, new VocLabels(annotationFiles))
        {
            Unlabeled = unlabeled,
            UnlabeledBecause = "has no annotation file; an image without objects needs one without objects",
            Splits = sets.Splits,
            LabelFiles = sets.Files,
            Findings = findings,
        };
    }

    private static HashSet<string> Ids(DatasetImage[] images) => images.Select(image => image.Id).ToHashSet(StringComparer.Ordinal);

    private static bool IsXml(string file) => Path.GetExtension(file).Equals(".xml", StringComparison.OrdinalIgnoreCase);

    private static IEnumerable<string> FirstFiles(string folder)
    {
        var options = new EnumerationOptions
        {
            RecurseSubdirectories = true,
            MaxRecursionDepth = FoldersDeep,
            IgnoreInaccessible = true,
            MatchCasing = MatchCasing.CaseInsensitive,
        };
        return Directory.EnumerateFiles(folder, "*.xml", options).Take(FilesLookedAt);
    }

    /// <summary>Whether a file begins as an annotation file does; whether it is valid is not looked at.</summary>
    private static bool IsAnnotation(string file)
    {
        try
        {
            using var stream = InputFile.Open(file);
            var beginning = new byte[BytesLookedAt];
            var count = stream.ReadAtLeast(beginning, BytesLookedAt, throwOnEndOfStream: false);
            var text = Encoding.Latin1.GetString(beginning, 0, count).Replace("\0", "", StringComparison.Ordinal);
            return RootElement().IsMatch(text);
        }
        catch (UserErrorException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"<annotation[\s>/]")]
    private static partial Regex RootElement();
}
