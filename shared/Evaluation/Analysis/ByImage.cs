using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Entries of all images in one array, an image's side by side.</summary>
internal sealed class ByImage<T>
{
    private readonly T[] entries;
    private readonly int[] starts;

    /// <summary>Sorts by image, and keeps the order within one.</summary>
    /// <param name="images">How many images there are; some may have no entry.</param>
    /// <param name="unsorted">The entries.</param>
    /// <param name="imageOf">Index of an entry's image.</param>
    public ByImage(int images, List<T> unsorted, Func<T, int> imageOf)
    {
        var groups = RowGroups.Of([.. unsorted.Select(imageOf)], images);
        starts = new int[images + 1];
        entries = new T[unsorted.Count];
        var next = 0;
        for (var image = 0; image < images; image++)
        {
            foreach (var row in groups.Rows(image))
            {
                entries[next++] = unsorted[row];
            }

            starts[image + 1] = next;
        }
    }

    /// <summary>Of all images.</summary>
    public int Count => entries.Length;

    /// <summary>An entry of any image.</summary>
    public ref readonly T this[int index] => ref entries[index];

    /// <summary>Index of an image's first entry; that of the image after the last is <see cref="Count"/>.</summary>
    public int Start(int image) => starts[image];

    /// <summary>An image's entries.</summary>
    public Span<T> Of(int image) => entries.AsSpan(starts[image]..starts[image + 1]);
}
