using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

/// <summary>The small image files beside the tests, and what is seen in them.</summary>
internal static class TestPictures
{
    public static string PathOf(string file) => Path.Combine(AppContext.BaseDirectory, "Imaging", "images", file);

    public static byte[] Bytes(string file) => File.ReadAllBytes(PathOf(file));

    public static RgbImage Decode(string file) => ImageDecoder.DecodeFile(PathOf(file));

    /// <summary>The colors in the middle of the quarters, as <c>RGBW</c> for red and green above blue and white.</summary>
    public static string Quarters(RgbImage image) => string.Concat(
        Color(image, 1, 1), Color(image, 3, 1), Color(image, 1, 3), Color(image, 3, 3));

    private static char Color(RgbImage image, int fourthsRight, int fourthsDown)
    {
        var row = fourthsDown * image.HeightPixels / 4;
        var column = fourthsRight * image.WidthPixels / 4;
        var pixel = image.Pixels.Slice(3 * (row * image.WidthPixels + column), 3);
        var red = pixel[0] > 150;
        var green = pixel[1] > 120;
        var blue = pixel[2] > 150;
        if (red && green && blue)
        {
            return 'W';
        }

        if (red)
        {
            return 'R';
        }

        if (green)
        {
            return 'G';
        }

        return blue ? 'B' : 'K';
    }
}
