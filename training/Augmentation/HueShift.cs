namespace Pipeline.Training.Augmentation;

/// <summary>Turns the hue of 8-bit RGB by way of 8-bit HSV, as Pillow converts both ways.</summary>
internal static class HueShift
{
    private const int Levels = 256;
    private const int Sectors = 6;

    /// <summary>
    /// Saturation by [range, max], and hue by [largest channel · 2 + whether the next channel is the smallest, range, max − middle],
    /// computed once.
    /// </summary>
    private static readonly byte[] Saturations = SaturationTable();
    private static readonly byte[] Hues = HueTable();

    /// <param name="rgb">Changed in place.</param>
    /// <param name="shift">1 is the whole circle.</param>
    public static void Apply(Span<byte> rgb, double shift)
    {
        var steps = (byte)(int)(shift * 255);
        Span<int> sectors = stackalloc int[Levels];
        Span<float> fractions = stackalloc float[Levels];
        for (var hue = 0; hue < Levels; hue++)
        {
            var turned = unchecked((byte)(hue + steps)) * 6.0 / 255.0;
            sectors[hue] = (int)turned % Sectors;
            fractions[hue] = (float)(turned - (int)turned);
        }

        for (var i = 0; i < rgb.Length; i += 3)
        {
            int r = rgb[i], g = rgb[i + 1], b = rgb[i + 2];
            var max = Math.Max(r, Math.Max(g, b));
            var min = Math.Min(r, Math.Min(g, b));
            var range = max - min;
            if (range == 0)
            {
                continue;
            }

            var order = Order(r, g, b, max, min);
            var middle = r + g + b - max - min;
            var hue = Hues[(order * Levels + range) * Levels + max - middle];
            var saturation = Saturations[range * Levels + max];
            if (saturation == 0)
            {
                rgb.Slice(i, 3).Fill((byte)max);
                continue;
            }

            var full = (byte)max;
            var purity = (float)(saturation / 255.0);
            var sector = sectors[hue];
            var isRising = (sector & 1) == 0;
            var fraction = isRising ? 1.0 - fractions[hue] : fractions[hue];
            var p = Part(max, 1.0 - purity);
            var between = Part(max, 1.0 - purity * fraction);
            (rgb[i], rgb[i + 1], rgb[i + 2]) = sector switch
            {
                0 => (full, between, p),
                1 => (between, full, p),
                2 => (p, full, between),
                3 => (p, between, full),
                4 => (between, p, full),
                _ => (full, p, between),
            };
        }
    }

    /// <summary>0: red is the largest, 2: green, 4: blue; one more where the channel after it is the smallest.</summary>
    private static int Order(int r, int g, int b, int max, int min)
    {
        if (r == max)
        {
            return g == min ? 1 : 0;
        }

        if (g == max)
        {
            return b == min ? 3 : 2;
        }

        return r == min ? 5 : 4;
    }

    private static byte Part(int value, double fraction) => (byte)Math.Clamp((int)(value * fraction + 0.5), 0, 255);

    private static byte[] SaturationTable()
    {
        var table = new byte[Levels * Levels];
        for (var range = 1; range < Levels; range++)
        {
            for (var max = range; max < Levels; max++)
            {
                table[range * Levels + max] = (byte)Math.Clamp((int)((float)range / max * 255.0), 0, 255);
            }
        }

        return table;
    }

    private static byte[] HueTable()
    {
        var table = new byte[Sectors * Levels * Levels];
        for (var order = 0; order < Sectors; order++)
        {
            for (var range = 1; range < Levels; range++)
            {
                for (var below = 0; below <= range; below++)
                {
                    // of the two other channels, one is the smallest (1) and one is the middle
                    var middle = below / (float)range;
                    var nextIsSmallest = (order & 1) == 1;
                    var next = nextIsSmallest ? 1f : middle;
                    var last = nextIsSmallest ? middle : 1f;
                    var hue = (order >> 1) switch
                    {
                        0 => last - next,
                        1 => (float)(2.0 + last - next),
                        _ => (float)(4.0 + last - next),
                    };
                    hue = (float)((hue / 6.0 + 1.0) % 1.0);
                    table[(order * Levels + range) * Levels + below] = (byte)Math.Clamp((int)(hue * 255.0), 0, 255);
                }
            }
        }

        return table;
    }
}
