namespace Pipeline.Training.Contrastive;

/// <summary>
/// Divides a batch into parts that are computed one after the other. Every part has at least two images: batch norms have no variance
/// over one, and a map of one position would make their running statistics NaN.
/// </summary>
internal static class BatchParts
{
    private const int LeastImages = 2;

    /// <param name="count">Images of the batch.</param>
    /// <param name="parts">Parts that are wanted; fewer where the images do not suffice.</param>
    /// <returns>Images of each part; they differ by one at most, the larger come first.</returns>
    public static long[] Sizes(int count, int parts)
    {
        var possible = Math.Clamp(parts, 1, Math.Max(1, count / LeastImages));
        var (size, larger) = Math.DivRem(count, possible);
        return [.. Enumerable.Range(0, possible).Select(part => part < larger ? size + 1L : size)];
    }
}
