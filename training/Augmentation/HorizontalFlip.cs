namespace Pipeline.Training.Augmentation;

/// <summary>Mirrors 8-bit RGB left to right.</summary>
internal static class HorizontalFlip
{
    /// <summary>In place; HWC.</summary>
    public static void Apply(Span<byte> rgb, int width)
    {
        for (var row = 0; row < rgb.Length; row += 3 * width)
        {
            for (int left = row, right = row + 3 * (width - 1); left < right; left += 3, right -= 3)
            {
                (rgb[left], rgb[right]) = (rgb[right], rgb[left]);
                (rgb[left + 1], rgb[right + 1]) = (rgb[right + 1], rgb[left + 1]);
                (rgb[left + 2], rgb[right + 2]) = (rgb[right + 2], rgb[left + 2]);
            }
        }
    }
}
