using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

/// <summary>A picture of 5 × 3 different pixels, and what EXIF's orientations make of it.</summary>
internal static class SmallPicture
{
    public const int Width = 5;
    public const int Height = 3;

    /// <summary>Every pixel differs.</summary>
    public static RgbImage Draw()
    {
        var image = RgbImage.Allocate(Width, Height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(5 * i);
        }

        return image;
    }

    /// <summary>A directory of EXIF with the orientation alone.</summary>
    public static byte[] Exif(int orientation, bool bigEndian)
    {
        var value = (byte)orientation;
        return bigEndian
            ? [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
            : [.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0];
    }

    /// <summary>The pixels as seen, from EXIF's definition of each orientation: which stored pixel appears at each position.</summary>
    public static byte[] Turned(RgbImage stored, int orientation)
    {
        var right = stored.WidthPixels - 1;
        var bottom = stored.HeightPixels - 1;
        var width = orientation < 5 ? stored.WidthPixels : stored.HeightPixels;
        var height = orientation < 5 ? stored.HeightPixels : stored.WidthPixels;
        var seen = new List<byte>();
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var (column, row) = orientation switch
                {
                    2 => (right - x, y),
                    3 => (right - x, bottom - y),
                    4 => (x, bottom - y),
                    5 => (y, x),
                    6 => (y, bottom - x),
                    7 => (right - y, bottom - x),
                    8 => (right - y, x),
                    _ => (x, y),
                };
                seen.AddRange(stored.Pixels.Slice(3 * (row * stored.WidthPixels + column), 3));
            }
        }

        return [.. seen];
    }
}
