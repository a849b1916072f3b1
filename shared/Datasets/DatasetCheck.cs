using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets;

/// <summary>Content and defects of a data set.</summary>
/// <param name="Images">Number of images.</param>
/// <param name="Objects">Number of objects by class; ignored ones are not counted.</param>
/// <param name="Findings">Errors and warnings, each with its place.</param>
public sealed record DatasetCheckReport(int Images, IReadOnlyDictionary<string, int> Objects, IReadOnlyList<Finding> Findings);

/// <summary>Checks a whole data set and reports every defect, not only the first.</summary>
public static class DatasetCheck
{
    /// <param name="dataset">The data set, opened with its errors.</param>
    /// <param name="lists">Lists of images; no image may be in two of them.</param>
    /// <param name="decode">Whether every image is decoded; else only its header is read.</param>
    /// <param name="progress">Receives the number of images checked.</param>
    /// <param name="cancellation">Ends the check.</param>
    public static DatasetCheckReport Run(
        Dataset dataset,
        IEnumerable<string> lists,
        bool decode = true,
        IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        var objects = new SortedDictionary<string, int>(StringComparer.Ordinal);
        var findings = new List<Finding>(dataset.Findings);
        var done = 0;
        foreach (var image in dataset.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            if (Size(image.Path, decode, findings) is { } size)
            {
                var labels = dataset.Read(image, size.Width, size.Height);
                findings.AddRange(labels.Findings);
                foreach (var annotation in labels.Annotations.Where(annotation => !annotation.IsIgnored))
                {
                    objects[annotation.Class!] = objects.GetValueOrDefault(annotation.Class!) + 1;
                }
            }

            done++;
            progress?.Report(done);
        }

        Lists(dataset, lists, findings);
        return new DatasetCheckReport(dataset.Images.Count, objects, findings);
    }

    private static (int Width, int Height)? Size(string path, bool decode, List<Finding> findings)
    {
        try
        {
            if (!decode)
            {
                return ImageDecoder.CheckSize(path, new ImageLimits());
            }

            using var image = ImageDecoder.DecodeFile(path);
            return (image.WidthPixels, image.HeightPixels);
        }
        catch (UserErrorException exception)
        {
            findings.Add(Finding.Of(path, exception));
            return null;
        }
    }

    private static void Lists(Dataset dataset, IEnumerable<string> lists, List<Finding> findings)
    {
        var locations = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var list in lists)
        {
            foreach (var line in Lines(list, dataset, findings))
            {
                if (line.Defect is { } defect)
                {
                    findings.Add(new Finding(line.At, defect));
                }
                else if (!locations.TryAdd(line.Id, line.At))
                {
                    findings.Add(new Finding(line.At, $"image '{line.Id}' is already in {locations[line.Id]}."));
                }
            }
        }
    }

    private static IReadOnlyList<ImageListLine> Lines(string list, Dataset dataset, List<Finding> findings)
    {
        try
        {
            return ImageList.Lines(list, dataset);
        }
        catch (UserErrorException exception)
        {
            findings.Add(Finding.Of(list, exception));
            return [];
        }
    }
}
