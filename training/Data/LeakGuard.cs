using Pipeline.Shared;
using Pipeline.Shared.Datasets;
using Pipeline.Shared.ModelRepository;
using Pipeline.Shared.Text;

namespace Pipeline.Training.Data;

/// <summary>Finds images to measure on that weights have learned from already.</summary>
/// <param name="learned">Digests of the images that the weights have learned from.</param>
/// <param name="dataset">The data set that the images belong to.</param>
internal sealed class LeakGuard(ImageDigests learned, Dataset dataset)
{
    /// <summary>The images of a list that are among those that were learned from; nothing is read where nothing is known.</summary>
    /// <param name="ids">The list.</param>
    /// <param name="cancellation">Ends the search.</param>
    public IReadOnlyList<string> Leaked(IReadOnlyList<string> ids, CancellationToken cancellation = default)
    {
        if (learned.Count == 0)
        {
            return [];
        }

        var digests = ImageDigesting.OfFiles([.. ids.Select(id => dataset.Image(id).Path)], cancellation: cancellation);
        return [.. ids.Zip(digests).Where(entry => entry.Second is { } digest && learned.Contains(digest)).Select(entry => entry.First)];
    }

    /// <summary>Looks through both lists.</summary>
    /// <param name="validation">Images that choose the best checkpoint.</param>
    /// <param name="test">Images that are measured at the end.</param>
    /// <param name="isAllowed">Whether the user accepts leaked images.</param>
    /// <param name="cancellation">Ends the search.</param>
    /// <returns>How many leaked; null when none did.</returns>
    /// <exception cref="UserErrorException">Some did, and it is not allowed.</exception>
    public ImageLeak? Check(
        IReadOnlyList<string> validation,
        IReadOnlyList<string> test,
        bool isAllowed,
        CancellationToken cancellation = default)
    {
        var leakedValidation = Leaked(validation, cancellation);
        var leakedTest = Leaked(test, cancellation);
        if (leakedValidation.Count + leakedTest.Count == 0)
        {
            return null;
        }

        return isAllowed
            ? new ImageLeak(leakedValidation.Count, leakedTest.Count)
            : throw new UserErrorException(Refusal("test", leakedTest, test) + Refusal("validation", leakedValidation, validation)
                + "What is measured on them is partly memory: remove them from the lists, start from weights that have not seen them, "
                + "or continue with --allow-leak true, which every report then states.");
    }

    private static string Refusal(string list, IReadOnlyList<string> leaked, IReadOnlyList<string> ids)
    {
        if (leaked.Count == 0)
        {
            return "";
        }

        return $"{leaked.Count} of the {ids.Count} {list} images ({FirstFew.Of(leaked)}) are among those "
            + "that the initial weights have learned from. ";
    }
}
