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
            var seen = new SeenLists(divisions);
            seen.Add(same[0]);
            foreach (var image in same.Skip(1))
            {
                yield return seen.LeakOf(image) ?? Repeated(image, same[0]);
                seen.Add(image);
            }
        }
    }

    private static Finding Repeated(DatasetImage image, DatasetImage first) =>
        new(image.Path, $"the file has the same bytes as {first.Path}; keep one.") { Summary = "images have the same bytes as another" };

    /// <summary>The lists that images of the same bytes are in.</summary>
    private sealed class SeenLists(IReadOnlyList<CheckedLists> divisions)
    {
        private readonly Dictionary<string, DatasetImage>[] firstByList =
            [.. divisions.Select(_ => new Dictionary<string, DatasetImage>(StringComparer.Ordinal))];

        public void Add(DatasetImage image)
        {
            for (var i = 0; i < divisions.Count; i++)
            {
                if (divisions[i].ListOf(image.Id) is { } list)
                {
                    firstByList[i].TryAdd(list, image);
                }
            }
        }

        /// <summary>An error when an earlier image is in another list of the same division.</summary>
        public Finding? LeakOf(DatasetImage image)
        {
            for (var i = 0; i < divisions.Count; i++)
            {
                var here = divisions[i].ListOf(image.Id);
                var (there, other) = firstByList[i].FirstOrDefault(entry => here is not null && entry.Key != here);
                if (there is not null)
                {
                    return new Finding(
                        image.Path,
                        $"the file has the same bytes as {other.Path}, but one is in list '{there}' and the other in '{here}'. "
                        + "This leaks: what is measured on it is memory; remove one.");
                }
            }

            return null;
        }
    }
}
