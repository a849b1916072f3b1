using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pipeline.Training.Augmentation;

/// <summary>
/// A map from places of the output to places of the input, both in pixels with centres at ½: x' = A·x + B·y + C, y' = D·x + E·y + F.
/// </summary>
internal readonly record struct AffineMap(double A, double B, double C, double D, double E, double F)
{
    /// <summary>Moves the rows, anchored at the top.</summary>
    public static AffineMap ShearX(double factor) => new(1, factor, 0, 0, 1, 0);

    /// <summary>Moves the columns, anchored at the left.</summary>
    public static AffineMap ShearY(double factor) => new(1, 0, 0, factor, 1, 0);

    /// <summary>Reads that many pixels further right and down.</summary>
    public static AffineMap Translate(double xPixels, double yPixels) => new(1, 0, xPixels, 0, 1, yPixels);

    /// <summary>Turns counter-clockwise about the middle.</summary>
    public static AffineMap Rotate(double degrees, int height, int width)
    {
        var angle = -degrees * Math.PI / 180;
        var cos = Math.Round(Math.Cos(angle), 15);   // rounded, so that quarter turns are exact
        var sin = Math.Round(Math.Sin(angle), 15);
        var x = width / 2.0;
        var y = height / 2.0;
        return new AffineMap(cos, sin, x - cos * x - sin * y, -sin, cos, y + sin * x - cos * y);
    }
}

/// <summary>
/// Warps 8-bit RGB as Pillow's <c>Image.transform</c> does: two- or four-tap interpolation without antialiasing, cut to 8 bit; the
/// cubic has a = −1 here.
/// </summary>
internal static class AffineWarp
{
    private const int Channels = 3;

    /// <summary>What comes from outside the image: the mean colour of ImageNet.</summary>
    public static ReadOnlySpan<byte> Fill => [124, 116, 104];

    /// <param name="source">HWC, and one byte more, of any value.</param>
    /// <param name="target">HWC of the same size; does not overlap the source.</param>
    /// <param name="height">Rows.</param>
    /// <param name="width">Columns.</param>
    /// <param name="map">From output to input.</param>
    /// <param name="resampling">The interpolation.</param>
    public static void Apply(ReadOnlySpan<byte> source, Span<byte> target, int height, int width, AffineMap map, Resampling resampling)
    {
        for (int row = 0, at = 0; row < height; row++)
        {
            for (var column = 0; column < width; column++, at += Channels)
            {
                var x = map.A * (column + 0.5) + map.B * (row + 0.5) + map.C;
                var y = map.D * (column + 0.5) + map.E * (row + 0.5) + map.F;
                var pixel = target.Slice(at, Channels);
                if (x < 0 || x >= width || y < 0 || y >= height)
                {
                    Fill.CopyTo(pixel);
                }
                else if (resampling == Resampling.Bilinear)
                {
                    Bilinear(source, height, width, x - 0.5, y - 0.5, pixel);
                }
                else
                {
                    Bicubic(source, height, width, x - 0.5, y - 0.5, pixel);
                }
            }
        }
    }

    private static void Bilinear(ReadOnlySpan<byte> source, int height, int width, double x, double y, Span<byte> pixel)
    {
        var left = (int)Math.Floor(x);
        var top = (int)Math.Floor(y);
        var dx = x - left;
        var dy = y - top;
        var x0 = Channels * Math.Max(left, 0);
        var x1 = Channels * Math.Min(left + 1, width - 1);
        var upper = source.Slice(Channels * width * Math.Max(top, 0), Channels * width);
        var lower = source.Slice(Channels * width * Math.Min(top + 1, height - 1), Channels * width);
        for (var channel = 0; channel < Channels; channel++)
        {
            var above = upper[x0 + channel] + (upper[x1 + channel] - upper[x0 + channel]) * dx;
            var below = lower[x0 + channel] + (lower[x1 + channel] - lower[x0 + channel]) * dx;
            pixel[channel] = (byte)(above + (below - above) * dy);
        }
    }

    /// <summary>The three channels side by side in a vector.</summary>
    private static void Bicubic(ReadOnlySpan<byte> source, int height, int width, double x, double y, Span<byte> pixel)
    {
        var left = (int)Math.Floor(x);
        var top = (int)Math.Floor(y);
        var dx = (float)(x - left);
        var dy = (float)(y - top);
        var x0 = Column(left - 1);
        var x1 = Column(left);
        var x2 = Column(left + 1);
        var x3 = Column(left + 2);
        var before = Row(source, top - 1);
        var first = Row(source, top);
        var second = Row(source, top + 1);
        var after = Row(source, top + 2);
        var result = Vector128.Clamp(Cubic(before, first, second, after, dy), Vector128<float>.Zero, Vector128.Create(255f));
        pixel[0] = (byte)result[0];
        pixel[1] = (byte)result[1];
        pixel[2] = (byte)result[2];

        int Column(int column) => Channels * Math.Clamp(column, 0, width - 1);

        Vector128<float> Row(ReadOnlySpan<byte> pixels, int row)
        {
            var start = Channels * width * Math.Clamp(row, 0, height - 1);
            return Cubic(Pixel(pixels, start + x0), Pixel(pixels, start + x1), Pixel(pixels, start + x2), Pixel(pixels, start + x3), dx);
        }
    }

    /// <summary>Red, green, blue and a byte that is not used.</summary>
    private static Vector128<float> Pixel(ReadOnlySpan<byte> pixels, int offset)
    {
        var bytes = Vector128.CreateScalarUnsafe(MemoryMarshal.Read<uint>(pixels[offset..])).AsByte();
        return Vector128.ConvertToSingle(Vector128.WidenLower(Vector128.WidenLower(bytes)).AsInt32());
    }

    private static Vector128<float> Cubic(
        Vector128<float> before, Vector128<float> first, Vector128<float> second, Vector128<float> after, float fraction)
    {
        var slope = second - before;
        var curve = 2 * (before - first) + second - after;
        var cube = first - before + after - second;
        return first + fraction * (slope + fraction * (curve + fraction * cube));
    }
}
