using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Serving.Commands;

/// <summary>An image to detect in.</summary>
/// <param name="Name">Of the files that are written for it.</param>
/// <param name="Path">Its file.</param>
/// <param name="Truth">Its labelled objects; empty where there are none, or nothing is known.</param>
internal sealed record DetectionInput(string Name, string Path, IReadOnlyList<Box> Truth)
{
    /// <summary>The images that a user names, or those of a data set.</summary>
    /// <param name="paths">Image files.</param>
    /// <param name="data">A data set; null: none.</param>
    /// <param name="format">Its format.</param>
    /// <param name="split">A list of its images, or the name of one of its own lists; null: all.</param>
    /// <param name="limits">Of the model.</param>
    /// <exception cref="UserErrorException">Nothing or both are named, or an image or a label is wrong.</exception>
    public static IReadOnlyList<DetectionInput> Of(string[] paths, string? data, string format, string? split, ImageLimits limits)
    {
        if ((paths.Length == 0) == (data is null))
        {
            throw new UserErrorException("name image files, or a data set with --data; one of the two.");
        }

        if (data is null)
        {
            return [.. paths.Select(path => OfFile(path, limits))];
        }

        var dataset = Dataset.Open(data, format);
        var ids = split is null ? dataset.ImageIds : ImageList.Read(split, dataset);
        return [.. DatasetSurvey.Of(dataset, ids, limits).Images.Select(OfSurvey)];
    }

    private static DetectionInput OfFile(string path, ImageLimits limits)
    {
        ImageDecoder.CheckSize(path, limits);
        return new DetectionInput(System.IO.Path.GetFileNameWithoutExtension(path), path, []);
    }

    private static DetectionInput OfSurvey(SurveyedImage surveyed) => new(
        surveyed.Image.Id.Replace('/', '_'),
        surveyed.Image.Path,
        [.. surveyed.Annotations.Where(entry => !entry.IsIgnored).Select(entry => entry.Box)]);
}
