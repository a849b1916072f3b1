using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>The color of a class, and the color of text on it.</summary>
/// <param name="Fill">Of the outline and the plate behind the caption.</param>
/// <param name="Text">Black or white, whichever has more contrast with <paramref name="Fill"/>: at least 4.5 to 1.</param>
internal readonly record struct ClassColor(SKColor Fill, SKColor Text)
{
    /// <summary>Of a detection that found an object.</summary>
    public static ClassColor Right { get; } = new(new SKColor(0x4C, 0xD9, 0x7B), SKColors.Black);

    /// <summary>Of a detection that found none.</summary>
    public static ClassColor Wrong { get; } = new(new SKColor(0xFF, 0x7A, 0x3D), SKColors.Black);

    /// <summary>Of an object that was not found.</summary>
    public static ClassColor Missed { get; } = new(new SKColor(0xFF, 0xD6, 0x0A), SKColors.Black);

    /// <summary>Bright colors that differ for adjacent classes: steps of the golden angle around the color wheel.</summary>
    public static ClassColor Of(int classIndex)
    {
        var hue = (90 + classIndex * 137.508) % 360;
        var fill = SKColor.FromHsv((float)(hue < 0 ? hue + 360 : hue), 75, 100);
        var luminance = Luminance(fill);
        var withBlack = (luminance + 0.05) / 0.05;
        var withWhite = 1.05 / (luminance + 0.05);
        return new ClassColor(fill, withBlack >= withWhite ? SKColors.Black : SKColors.White);
    }

    /// <summary>Relative luminance, 0..1 (WCAG 2.2).</summary>
    private static double Luminance(SKColor color) =>
        0.2126 * Linear(color.Red) + 0.7152 * Linear(color.Green) + 0.0722 * Linear(color.Blue);

    private static double Linear(byte channel)
    {
        var value = channel / 255.0;
        return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
    }
}
