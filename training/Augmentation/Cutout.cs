namespace Pipeline.Training.Augmentation;

/// <summary>Covers a rectangle with the mean colour of ImageNet (DeVries and Taylor 2017). RandAugment's list has it not; it is there for chains of one's own.</summary>
internal static class Cutout
{
    /// <summary>In place; HWC. The second corner is outside; what lies beyond the image is left out.</summary>
    public static void Apply(Span<byte> rgb, int height, int width, int x0, int y0, int x1, int y1)
    {
        for (var y = Math.Max(y0, 0); y < Math.Min(y1, height); y++)
        {
            for (var x = Math.Max(x0, 0); x < Math.Min(x1, width); x++)
            {
                AffineWarp.Fill.CopyTo(rgb[(3 * (y * width + x))..]);
            }
        }
    }
}
