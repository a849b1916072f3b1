namespace Pipeline.Training.Augmentation;

/// <summary>Grey levels as Pillow computes them (ITU-R 601-2, in 16-bit fixed point).</summary>
internal static class Grayscale
{
    /// <summary>0..255</summary>
    public static byte Level(byte r, byte g, byte b) => (byte)((r * 19595 + g * 38470 + b * 7471 + 0x8000) >> 16);

    /// <summary>Makes the three channels equal, in place.</summary>
    public static void Apply(Span<byte> rgb)
    {
        for (var i = 0; i < rgb.Length; i += 3)
        {
            rgb[i] = rgb[i + 1] = rgb[i + 2] = Level(rgb[i], rgb[i + 1], rgb[i + 2]);
        }
    }
}
