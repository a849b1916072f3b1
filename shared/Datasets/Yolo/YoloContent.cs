using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>Brings images, label files and class names together.</summary>
/// <param name="images">The images.</param>
/// <param name="names">The names of the classes; null when none are given.</param>
/// <param name="labelFiles">Finds the label files.</param>
/// <param name="findings">What has been found so far.</param>
internal sealed class YoloContent(YoloImages images, YoloNames? names, YoloLabelFiles labelFiles, List<Finding> findings)
{
    /// <param name="root">The folder of the data set.</param>
    /// <param name="otherFiles">Lists, names and the like.</param>
    /// <exception cref="UserErrorException">There is no image, or no label file at all.</exception>
    public DatasetContent Build(string root, IReadOnlyList<string> otherFiles)
    {
        var hasErrors = findings.Any(finding => finding.IsError);
        if (images.Files.Count == 0 && !hasErrors)
        {
            throw new UserErrorException($"{root}: no images are found; {ImageFormats.Extensions} are read.");
        }

        var paths = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (id, image) in images.Files)
        {
            if (labelFiles.Of(image) is { } labels)
            {
                paths.Add(id, labels);
            }
            else
            {
                findings.Add(WithoutLabels(image));
            }
        }

        if (paths.Count == 0 && !hasErrors)
        {
            throw new UserErrorException(
                $"{root}: none of the {images.Files.Count} images has a label file; that of images/a.jpg is labels/a.txt, "
                + "or a.txt beside the image.");
        }

        var others = otherFiles.ToHashSet(StringComparer.Ordinal);
        findings.AddRange(labelFiles.WithoutImage(others).Select(WithoutImage));
        if (names is null)
        {
            findings.Add(WithoutNames(root));
        }

        DatasetImage[] all = [.. images.Files.Select(image => new DatasetImage(image.Key, image.Value))];
        return new DatasetContent(all, new YoloLabels(paths, names))
        {
            Findings = findings,
            Splits = images.Splits,
            LabelFiles = [.. labelFiles.Used, .. otherFiles],
        };
    }

    private static Finding WithoutLabels(string image) => new(image, "there is no label file; the image counts as one without objects.")
    {
        Summary = "images have no label file and count as images without objects",
    };

    private static Finding WithoutImage(string labelFile) => new(labelFile, "there is no image of this name.")
    {
        Summary = "label files have no image",
    };

    private static Finding WithoutNames(string root) =>
        new(root, "no file names the classes; they are called by their numbers. Name them in classes.txt, a line each.")
        {
            Summary = "data sets do not name their classes, which are called by their numbers",
        };
}
