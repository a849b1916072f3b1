using System.Text;

namespace Pipeline.Golden;

/// <summary>Reproducible numbers without files: hash of a name, mixed with an index (golden README, section 2).</summary>
internal static class GoldenFormula
{
    private static readonly string[] UnitGain =
        ["downsample.0.weight", "fpn.inner_blocks", "fpn.layer_blocks", "rpn.head.cls_logits", "box_predictor.bbox_pred"];

    public static ulong Hash(string text)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var value in Encoding.UTF8.GetBytes(text))
        {
            hash = unchecked((hash ^ value) * 0x100000001B3);
        }

        return hash;
    }

    public static ulong Mix(ulong z)
    {
        unchecked
        {
            z += 0x9E3779B97F4A7C15;
            z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
            z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
            return z ^ (z >> 31);
        }
    }

    public static ulong Raw(ulong hash, long index) => Mix(unchecked(hash + (ulong)index));

    public static double Unit(ulong hash, long index) => (Raw(hash, index) >> 40) / 16777216.0;

    public static float[] Fill(string name, long count, double bound, double center)
    {
        var hash = Hash(name);
        var values = new float[count];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (float)(center + (Unit(hash, i) * 2 - 1) * bound);
        }

        return values;
    }

    public static long[] Ints(string name, long count, long low, long high)
    {
        var hash = Hash(name);
        return [.. Enumerable.Range(0, (int)count).Select(i => low + (long)(Raw(hash, i) % (ulong)(high - low)))];
    }

    /// <returns>uint8 [3, H, W], planar.</returns>
    public static byte[] ImageBytes(string name, int height, int width)
    {
        var hash = Hash(name);
        var bytes = new byte[3 * height * width];
        for (int c = 0, i = 0; c < 3; c++)
        {
            for (var y = 0; y < height; y++)
            {
                for (var x = 0; x < width; x++, i++)
                {
                    var m = ((3 + c) * x + (5 - c) * y + 40 * c) % 256;
                    var wave = (ulong)(m < 128 ? 2 * m : 2 * (255 - m));
                    var block = Mix(unchecked((ulong)((c * 4096L + y / 24) * 4096 + x / 40) + (1UL << 32) + hash)) >> 56;
                    var noise = Mix(unchecked(hash + (ulong)i)) >> 56;
                    bytes[i] = (byte)((3 * wave + 4 * block + noise) >> 3);
                }
            }
        }

        return bytes;
    }

    /// <returns>float32 [3, H, W], 0..1.</returns>
    public static float[] Image(string name, int height, int width) => [.. ImageBytes(name, height, width).Select(value => value / 255f)];

    /// <summary>The value of a parameter or buffer by its full name in the detector.</summary>
    public static float[] Weight(string prefix, string fullName, IReadOnlyList<long> shape)
    {
        var key = prefix + fullName;
        var count = shape.Aggregate(1L, (a, b) => a * b);
        var parts = fullName.Split('.');
        var leaf = parts[^1];
        var parent = parts.Length > 1 ? parts[^2] : "";
        if (leaf == "num_batches_tracked")
        {
            return new float[count];
        }

        if (parent.StartsWith("bn", StringComparison.Ordinal) || fullName.Contains("downsample.1.", StringComparison.Ordinal))
        {
            return leaf switch
            {
                "weight" => parent == "bn3" ? Fill(key, count, 0.05, 0.25) : Fill(key, count, 0.1, 1.0),
                "running_var" => [.. Enumerable.Range(0, (int)count).Select(i => (float)(1.0 + 0.5 * Unit(Hash(key), i)))],
                _ => Fill(key, count, 0.1, 0),
            };
        }

        if (leaf == "bias")
        {
            return Fill(key, count, 0.02, 0);
        }

        var fanIn = shape.Skip(1).Aggregate(1L, (a, b) => a * b);
        var gain = UnitGain.Any(name => fullName.Contains(name, StringComparison.Ordinal)) ? 1.0
            : fullName.Contains("rpn.head.bbox_pred", StringComparison.Ordinal) ? 0.5
            : fullName.Contains("box_predictor.cls_score", StringComparison.Ordinal) ? 3.0
            : 1.4142135623730951;
        return Fill(key, count, gain * Math.Sqrt(3.0 / fanIn), 0);
    }
}
