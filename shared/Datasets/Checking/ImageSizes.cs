namespace Pipeline.Shared.Datasets.Checking;

/// <summary>Size of an image in pixels.</summary>
public sealed record PixelSize(int WidthPixels, int HeightPixels);

/// <summary>Sizes of many images.</summary>
/// <param name="Distinct">How many different sizes there are.</param>
/// <param name="Smallest">The size with the fewest pixels.</param>
/// <param name="Largest">The size with the most pixels.</param>
/// <param name="MostCommon">The size that most images have; of equally common ones the smallest.</param>
/// <param name="MostCommonImages">How many images have it.</param>
public sealed record ImageSizes(int Distinct, PixelSize Smallest, PixelSize Largest, PixelSize MostCommon, int MostCommonImages)
{
    /// <returns>Null when there is no image.</returns>
    internal static ImageSizes? Of(IEnumerable<(int WidthPixels, int HeightPixels)> sizes)
    {
        var counts = sizes
            .GroupBy(size => size)
            .Select(group => (Size: new PixelSize(group.Key.WidthPixels, group.Key.HeightPixels), Images: group.Count()))
            .OrderBy(entry => (long)entry.Size.WidthPixels * entry.Size.HeightPixels)
            .ThenBy(entry => entry.Size.WidthPixels)
            .ToArray();
        if (counts.Length == 0)
        {
            return null;
        }

        var mostCommon = counts.MaxBy(entry => entry.Images);
        return new ImageSizes(
            counts.Length,
            Smallest: counts[0].Size,
            Largest: counts[^1].Size,
            MostCommon: mostCommon.Size,
            mostCommon.Images);
    }
}
