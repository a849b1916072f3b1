using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets;

/// <summary>
/// Checks the header and the labels of every image before long work begins, so that errors show at once: an image that is missing, over
/// a limit or not an image, a label that cannot be read. Labels that are left out are counted.
/// </summary>
/// <param name="Images">The images, in the requested order.</param>
/// <param name="Remarks">What is left out or odd: counts and first places.</param>
public sealed record DatasetSurvey(IReadOnlyList<SurveyedImage> Images, IReadOnlyList<string> Remarks)
{
    /// <param name="dataset">The data set.</param>
    /// <param name="ids">Images of it.</param>
    /// <param name="limits">Limits on the images.</param>
    /// <param name="cancellation">Ends the survey.</param>
    /// <exception cref="UserErrorException">A file is missing or wrong; the message names it.</exception>
    public static DatasetSurvey Of(
        Dataset dataset,
        IEnumerable<string> ids,
        ImageLimits limits,
        CancellationToken cancellation = default)
    {
        var surveyed = new List<SurveyedImage>();
        var summary = new FindingSummary();
        foreach (var id in ids)
        {
            cancellation.ThrowIfCancellationRequested();
            var image = dataset.Image(id);
            var (width, height) = ImageDecoder.CheckSize(image.Path, limits);
            var labels = dataset.Read(image, width, height);
            foreach (var finding in labels.Findings)
            {
                summary.Add(finding);
            }

            surveyed.Add(new SurveyedImage(dataset, image, width, height, labels.Annotations));
        }

        return new DatasetSurvey(surveyed, [.. summary.Remarks()]);
    }
}
