using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;
using SkiaSharp;

namespace Pipeline.Shared.Tests.Imaging.Drawing;

/// <summary>Plain pictures to draw in, and what was drawn in them.</summary>
internal static class Pictures
{
    public const byte Gray = 100;

    public static RgbImage Plain(int width, int height, byte value = Gray)
    {
        var image = RgbImage.Allocate(width, height);
        image.Pixels.Fill(value);
        return image;
    }

    public static byte[] Pixel(RgbImage image, int x, int y) => image.Pixels.Slice(3 * (y * image.WidthPixels + x), 3).ToArray();

    public static byte[] Fill(int classIndex)
    {
        var color = ClassColor.Of(classIndex).Fill;
        return [color.Red, color.Green, color.Blue];
    }

    public static bool IsChanged(RgbImage painted, int x, int y) =>
        painted.Pixels.Slice(3 * (y * painted.WidthPixels + x), 3) is not [Gray, Gray, Gray];

    /// <summary>The places of all changed pixels of a picture that was plain.</summary>
    public static List<SKPointI> Changed(RgbImage painted)
    {
        var changed = new List<SKPointI>();
        for (var y = 0; y < painted.HeightPixels; y++)
        {
            for (var x = 0; x < painted.WidthPixels; x++)
            {
                if (IsChanged(painted, x, y))
                {
                    changed.Add(new SKPointI(x, y));
                }
            }
        }

        return changed;
    }

    /// <summary>The bytes of a plain picture with one object in its lower half.</summary>
    public static byte[] WithName(string name, float? score = null, int width = 400, int height = 100)
    {
        using var image = Plain(width, height);
        var box = new Box(X1: 5, Y1: 0.6f * height, X2: width - 5, Y2: 0.9f * height);
        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, name, score)]);
        return painted.Pixels.ToArray();
    }
}
