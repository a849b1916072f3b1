using Pipeline.Shared.Files;

namespace Pipeline.Shared.Datasets.Conversion;

/// <summary>Writes labelled images as a data set of another format, or of the same one.</summary>
/// <param name="source">The data set.</param>
/// <param name="survey">Its images that are written, with their labels.</param>
/// <param name="target">The new format.</param>
public sealed class DatasetConversion(Dataset source, DatasetSurvey survey, IDatasetFormat target)
{
    /// <summary>New names of classes; the names need not be classes yet. Two that become one are merged.</summary>
    public IReadOnlyDictionary<string, string> Renames { get; init; } = new Dictionary<string, string>();

    /// <summary>Writes labels, image files as they are, and those of the set's own lists that hold any of the images.</summary>
    /// <param name="folder">An existing, empty folder.</param>
    /// <param name="progress">Receives the number of images written.</param>
    /// <param name="cancellation">Ends the work between two images.</param>
    /// <exception cref="UserErrorException">
    /// A class or an image's name cannot be written in the new format, or an image cannot be read.
    /// </exception>
    public ConversionReport Write(string folder, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        var renames = new ClassRenames(source, survey.Images, Renames);
        var writer = target.CreateWriter(folder, renames.Classes);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var image in survey.Images)
        {
            cancellation.ThrowIfCancellationRequested();
            var place = Add(writer, image, renames);
            Copy(image.Image.Path, Path.Combine(folder, RelativePath.Require(place)));
            written.Add(image.Image.Id);
            progress?.Report(written.Count);
        }

        writer.Finish(Lists(written));
        return new ConversionReport(
            Images: written.Count,
            Annotations: survey.Images.Sum(image => image.Annotations.Count),
            Classes: renames.Classes.Count,
            Losses(writer));
    }

    private static string Add(IDatasetWriter writer, SurveyedImage image, ClassRenames renames)
    {
        RelativePath.Require(image.Image.Id);
        return writer.Add(image.Image, image.WidthPixels, image.HeightPixels, [.. image.Annotations.Select(renames.Rename)]);
    }

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        using var original = InputFile.Open(from, "image file");
        using var copy = new FileStream(to, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        original.CopyTo(copy);
    }

    private Dictionary<string, IReadOnlyList<string>> Lists(HashSet<string> written)
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var (name, images) in source.Splits)
        {
            string[] kept = [.. images.Where(written.Contains)];
            if (kept.Length > 0)
            {
                lists.Add(name, kept);
            }
        }

        return lists;
    }

    private string[] Losses(IDatasetWriter writer)
    {
        string[] outside = source.Format.NotInModel is { } fields ? [$"{fields} are not kept"] : [];
        return [.. outside, .. writer.Losses.Select(loss => $"{loss.Value} {loss.Key}")];
    }
}
