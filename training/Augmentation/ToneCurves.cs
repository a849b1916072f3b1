namespace Pipeline.Training.Augmentation;

/// <summary>
/// The operations that give each level of a channel another level, on 8-bit RGB as Pillow's <c>ImageOps</c> computes them.
/// </summary>
internal static class ToneCurves
{
    private const int Levels = 256;
    private const int Channels = 3;

    /// <summary>Stretches each channel to 0..255.</summary>
    public static void AutoContrast(Span<byte> rgb)
    {
        Span<int> histogram = stackalloc int[Levels];
        Span<byte> curve = stackalloc byte[Levels];
        for (var channel = 0; channel < Channels; channel++)
        {
            Count(rgb, channel, histogram);
            var low = histogram.IndexOfAnyExcept(0);
            var high = histogram.LastIndexOfAnyExcept(0);
            if (high <= low)
            {
                continue;
            }

            var scale = 255.0 / (high - low);
            var offset = -low * scale;
            for (var level = 0; level < Levels; level++)
            {
                curve[level] = (byte)Math.Clamp((int)(level * scale + offset), 0, 255);
            }

            Map(rgb, channel, curve);
        }
    }

    /// <summary>Gives each channel a flat histogram.</summary>
    public static void Equalize(Span<byte> rgb)
    {
        Span<int> histogram = stackalloc int[Levels];
        Span<byte> curve = stackalloc byte[Levels];
        for (var channel = 0; channel < Channels; channel++)
        {
            Count(rgb, channel, histogram);
            var step = (rgb.Length / Channels - histogram[histogram.LastIndexOfAnyExcept(0)]) / 255;
            if (step == 0)
            {
                continue;
            }

            var sum = step / 2;
            for (var level = 0; level < Levels; sum += histogram[level++])
            {
                curve[level] = (byte)Math.Min(255, sum / step);
            }

            Map(rgb, channel, curve);
        }
    }

    /// <summary>255 − level.</summary>
    public static void Invert(Span<byte> rgb) => Solarize(rgb, 0);

    /// <summary>Keeps the highest bits of each level; 8 or more change nothing.</summary>
    public static void Posterize(Span<byte> rgb, int bits)
    {
        var mask = bits >= 8 ? 255 : 256 - (1 << (8 - Math.Max(bits, 0)));
        Span<byte> curve = stackalloc byte[Levels];
        for (var level = 0; level < Levels; level++)
        {
            curve[level] = (byte)(level & mask);
        }

        Map(rgb, curve);
    }

    /// <summary>Inverts the levels from the threshold on; 256 changes nothing.</summary>
    public static void Solarize(Span<byte> rgb, int threshold)
    {
        Span<byte> curve = stackalloc byte[Levels];
        for (var level = 0; level < Levels; level++)
        {
            curve[level] = (byte)(level < threshold ? level : 255 - level);
        }

        Map(rgb, curve);
    }

    /// <summary>Adds to the levels below the threshold, up to 255.</summary>
    public static void SolarizeAdd(Span<byte> rgb, int add, int threshold = 128)
    {
        Span<byte> curve = stackalloc byte[Levels];
        for (var level = 0; level < Levels; level++)
        {
            curve[level] = (byte)(level < threshold ? Math.Clamp(level + add, 0, 255) : level);
        }

        Map(rgb, curve);
    }

    /// <summary>Replaces every value by its curve's.</summary>
    /// <param name="rgb">Changed in place.</param>
    /// <param name="curve">256 levels.</param>
    public static void Map(Span<byte> rgb, ReadOnlySpan<byte> curve)
    {
        foreach (ref var value in rgb)
        {
            value = curve[value];
        }
    }

    private static void Map(Span<byte> rgb, int channel, ReadOnlySpan<byte> curve)
    {
        for (var i = channel; i < rgb.Length; i += Channels)
        {
            rgb[i] = curve[rgb[i]];
        }
    }

    private static void Count(ReadOnlySpan<byte> rgb, int channel, Span<int> histogram)
    {
        histogram.Clear();
        for (var i = channel; i < rgb.Length; i += Channels)
        {
            histogram[rgb[i]]++;
        }
    }
}
