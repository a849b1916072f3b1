namespace Pipeline.Training.Augmentation;

/// <summary>8-bit pixels to the numbers that a network of ImageNet's statistics takes.</summary>
internal static class Normalization
{
    private static ReadOnlySpan<float> Mean => [0.485f, 0.456f, 0.406f];

    private static ReadOnlySpan<float> Std => [0.229f, 0.224f, 0.225f];

    /// <param name="rgb">HWC, 3 · pixels values.</param>
    /// <param name="planes">CHW, as many: (value / 255 − mean) / std.</param>
    public static void Apply(ReadOnlySpan<byte> rgb, Span<float> planes)
    {
        Span<float> levels = stackalloc float[256];
        var pixels = rgb.Length / 3;
        for (var channel = 0; channel < 3; channel++)
        {
            for (var level = 0; level < levels.Length; level++)
            {
                levels[level] = (level / 255f - Mean[channel]) / Std[channel];
            }

            var plane = planes.Slice(channel * pixels, pixels);
            for (int i = 0, at = channel; i < plane.Length; i++, at += 3)
            {
                plane[i] = levels[rgb[at]];
            }
        }
    }
}
