using Pipeline.Shared.Files;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// YOLO's text labels: a <c>data.yaml</c>, or a folder that holds one; otherwise images with label files beside them or in a mirrored
/// folder (<c>images</c>, <c>labels</c>), and perhaps a file of class names. Hidden files are skipped. An image without label file is one
/// without objects. <see cref="YoloLabels"/> has the rule of the coordinates.
/// </summary>
public sealed class YoloFormat : IDatasetFormat
{
    /// <inheritdoc />
    public string Name => "yolo";

    /// <inheritdoc />
    public string Layout => "data.yaml, or images/*.jpg and labels/*.txt, with the classes in classes.txt";

    /// <inheritdoc />
    public string? Evidence(string path)
    {
        if (FileStatus.Of(path).Kind == FileKind.File)
        {
            return YoloEvidence.IsDataFile(path) ? Path.GetFileName(path) : null;
        }

        if (YoloEvidence.DataFiles(path).FirstOrDefault() is { } file)
        {
            return Path.GetFileName(file);
        }

        return YoloEvidence.LabelFile(path) is { } labels ? Path.GetRelativePath(path, labels) : null;
    }

    /// <inheritdoc />
    public DatasetContent Open(string path)
    {
        if (DataFileOf(path) is not { } dataFile)
        {
            return OpenFolder(path);
        }

        var findings = new List<Finding>();
        var data = new YoloDataFile(dataFile, findings);
        var images = new YoloImages(data.Root, data.Entries, findings);
        var labelFiles = new YoloLabelFiles();
        return new YoloContent(images, data.Classes, labelFiles, findings).Build(data.Root, [dataFile, .. images.Lists]);
    }

    /// <inheritdoc />
    public bool LabelsNeedImages => true;

    /// <inheritdoc />
    public DatasetContent OpenLabels(string path)
    {
        if (DataFileOf(path) is null && !VisibleFiles.NamesBelow(path).Any(ImageFormats.HasImageExtension))
        {
            throw new UserErrorException(
                $"{path}: there are no images; YOLO's boxes are fractions of the image's width and height, so add the images "
                + $"({ImageFormats.Extensions}), or use the labels in another format.");
        }

        return Open(path);
    }

    /// <inheritdoc />
    public IDatasetWriter CreateWriter(string folder, IReadOnlyList<DatasetClass> classes) => new YoloWriter(folder, classes);

    private static DatasetContent OpenFolder(string path)
    {
        var findings = new List<Finding>();
        var files = VisibleFiles.NamesBelow(path);
        var namesFile = YoloNamesFile.Find(path, files);
        var names = namesFile is null ? null : YoloNamesFile.Read(namesFile, findings);
        var images = new YoloImages(path, [], findings);
        var labelFiles = new YoloLabelFiles();
        foreach (var folder in files.Where(YoloLabelPaths.IsText).Select(file => Path.GetDirectoryName(file)!).Distinct())
        {
            if (YoloLabelPaths.MirroredBack(folder) is { } imageFolder)
            {
                labelFiles.AddFolder(folder, imageFolder);
            }
        }

        return new YoloContent(images, names, labelFiles, findings).Build(path, namesFile is null ? [] : [namesFile]);
    }

    /// <summary>The YAML file that a path is, or that a folder holds; null when it holds none.</summary>
    private static string? DataFileOf(string path)
    {
        if (FileStatus.Of(path).Kind == FileKind.File)
        {
            return YoloYaml.IsOne(path)
                ? path
                : throw new UserErrorException($"{path}: a data.yaml, or the folder of a data set, is expected.");
        }

        InputFile.RequireFolder(path, "folder of a data set");
        string[] found = [.. YoloEvidence.DataFiles(path)];
        if (found.Length > 1 && !YoloEvidence.HasUsualName(found[0]))
        {
            string[] names = [.. found.Select(file => Path.GetFileName(file))];
            throw new UserErrorException($"{path}: several files name classes ({FirstFew.Of(names)}); name one of them.");
        }

        return found.FirstOrDefault();
    }
}
