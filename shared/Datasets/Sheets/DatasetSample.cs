using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Datasets.Sheets;

/// <summary>Images drawn from a data set by a seed, to look at.</summary>
public sealed record DatasetSample
{
    private const string Stream = "show";

    /// <summary>How many images are drawn; fewer where there are not so many.</summary>
    public required int Images { get; init; }

    /// <summary>Determines the images and their order.</summary>
    public ulong Seed { get; init; }

    /// <summary>Only images with an annotation of this class; null: any images.</summary>
    public string? Class { get; init; }

    /// <summary>Draws the images; only those that are looked at are read.</summary>
    /// <param name="dataset">The data set.</param>
    /// <param name="ids">The images to draw from.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <returns>The images in the order in which they were drawn, and remarks about their labels.</returns>
    /// <exception cref="UserErrorException">No image fits, the class does not exist, or labels that were read are wrong.</exception>
    public DatasetSurvey Draw(Dataset dataset, IReadOnlyList<string> ids, CancellationToken cancellation = default)
    {
        var drawn = new List<SurveyedImage>();
        var remarks = new FindingSummary();
        var seen = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var index in new RandomNumbers(Seed, Stream).Permutation(ids.Count))
        {
            cancellation.ThrowIfCancellationRequested();
            if (drawn.Count == Images)
            {
                break;
            }

            var image = Read(dataset, ids[index], remarks);
            seen.UnionWith(image.Annotations.Select(annotation => annotation.Class).OfType<string>());
            if (Class is null || image.Annotations.Any(annotation => annotation.Class == Class))
            {
                drawn.Add(image);
            }
        }

        return drawn.Count > 0 ? new DatasetSurvey(drawn, [.. remarks.Remarks()]) : throw NothingFits(dataset, seen);
    }

    private static SurveyedImage Read(Dataset dataset, string id, FindingSummary remarks)
    {
        var image = dataset.Image(id);
        var (width, height) = ImageDecoder.CheckSize(image.Path, new ImageLimits());
        var labels = dataset.Read(image, width, height);
        foreach (var finding in labels.Findings)
        {
            remarks.Add(finding);
        }

        return new SurveyedImage(dataset, image, width, height, labels.Annotations);
    }

    private UserErrorException NothingFits(Dataset dataset, SortedSet<string> seen)
    {
        if (Class is null)
        {
            return new UserErrorException($"{dataset.Root}: no image has labels, so there is nothing to show.");
        }

        string[] declared = [.. dataset.Classes.Select(entry => entry.Name)];
        return declared.Contains(Class, StringComparer.Ordinal)
            ? new UserErrorException($"--class: no image has an object of class '{Class}'; leave out --class, or choose another.")
            : new UserErrorException($"--class: {UnknownClass.Message(Class, [.. declared.Union(seen, StringComparer.Ordinal)])}");
    }
}
