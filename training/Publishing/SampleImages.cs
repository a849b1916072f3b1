using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Data;

namespace Pipeline.Training.Publishing;

/// <summary>An image on which an exported model is compared with its detector.</summary>
/// <param name="Name">For messages and the manifest.</param>
/// <param name="Path">Its file.</param>
/// <param name="Labels">Its labels; null: it has none.</param>
internal sealed record SampleImage(string Name, string Path, IReadOnlyList<TruthLabel>? Labels);

/// <summary>The images on which an exported model is compared with its detector.</summary>
/// <param name="What">What they are, as <c>5 drawn scenes</c>.</param>
/// <param name="Images">At least one.</param>
internal sealed record SampleImages(string What, IReadOnlyList<SampleImage> Images)
{
    /// <summary>Images of a folder at most; of a larger one every so many are taken.</summary>
    public const int MostOfFolder = 64;

    /// <summary>What was found in the data: what is left out, and warnings, one line each.</summary>
    public IReadOnlyList<string> Remarks { get; init; } = [];

    /// <summary>Images without labels: those below a folder, evenly spread where there are many.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="limits">Of the model.</param>
    /// <exception cref="UserErrorException">There is no image, or one is damaged or too large.</exception>
    public static SampleImages OfFolder(string folder, ImageLimits limits)
    {
        var found = UnlabeledImages.Of(folder);
        var count = Math.Min(found.Files.Count, MostOfFolder);
        string[] files = [.. Enumerable.Range(0, count).Select(index => found.Files[(int)((long)index * found.Files.Count / count)])];
        foreach (var file in files)
        {
            ImageDecoder.CheckSize(file, limits);
        }

        var what = count == found.Files.Count ? $"{count} images" : $"{count} of {found.Files.Count} images";
        return new SampleImages(what, [.. files.Select(file => new SampleImage(Path.GetRelativePath(folder, file), file, Labels: null))])
        {
            Remarks = found.Remarks,
        };
    }

    /// <summary>Labeled images.</summary>
    /// <param name="data">A folder or file of any format.</param>
    /// <param name="format">Its format.</param>
    /// <param name="split">A list of its images, or the name of one of its own lists; null: all.</param>
    /// <param name="limits">Of the model.</param>
    /// <param name="cancellation">Ends the survey.</param>
    /// <exception cref="UserErrorException">The data, the list, an image or a label is wrong, or no image has labels.</exception>
    public static SampleImages OfData(string data, string format, string? split, ImageLimits limits, CancellationToken cancellation)
    {
        var dataset = Dataset.Open(data, format);
        var ids = split is null ? dataset.ImageIds : ImageList.Read(split, dataset);
        if (ids.Count == 0)
        {
            throw new UserErrorException(
                $"{data}: none of its {dataset.Unlabeled.Count} images has labels; name images without labels with --samples.");
        }

        var survey = DatasetSurvey.Of(dataset, ids, limits, cancellation);
        return new SampleImages(
            $"{ids.Count} labelled images",
            [.. survey.Images.Select(entry => new SampleImage(entry.Image.Id, entry.Image.Path, entry.Truth()))])
        {
            Remarks = [.. dataset.Remarks(), .. survey.Remarks],
        };
    }
}
