namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Image files of the same bytes.</summary>
internal static class DuplicateImages
{
    /// <summary>A finding for each file that repeats an earlier one: an error when the two are in different lists.</summary>
    /// <param name="images">The images, in their order.</param>
    /// <param name="divisions">Ways in which lists divide the images.</param>
    public static IEnumerable<Finding> Find(IEnumerable<CheckedImage> images, IReadOnlyList<CheckedLists> divisions)
    {
        var groups = images.Where(image => image.Digest is not null).GroupBy(image => image.Digest!.Value, image => image.Image);
        foreach (var group in groups)
        {
            DatasetImage[] same = [.. group];
            for (var index = 1; index < same.Length; index++)
            {
                yield return Leak(same[index], same.Take(index), divisions) ?? Repeated(same[index], same[0]);
            }
        }
    }

    private static Finding Repeated(DatasetImage image, DatasetImage first) =>
        new(image.Path, $"the file has the same bytes as {first.Path}; keep one.") { Summary = "images have the same bytes as another" };

    private static Finding? Leak(DatasetImage image, IEnumerable<DatasetImage> earlier, IReadOnlyList<CheckedLists> divisions)
    {
        foreach (var other in earlier)
        {
            foreach (var lists in divisions)
            {
                if (lists.ListOf(image.Id) is { } here && lists.ListOf(other.Id) is { } there && here != there)
                {
                    return new Finding(
                        image.Path,
                        $"the file has the same bytes as {other.Path}, but one is in list '{there}' and the other in '{here}'. "
                        + "This leaks: what is measured on it is memory; remove one.");
                }
            }
        }

        return null;
    }
}
