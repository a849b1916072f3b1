using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class DetectionPainterTests
{
    [Fact]
    public void A_detection_is_outlined_and_named_and_the_rest_is_left_alone()
    {
        using var image = Gray(120, 60);

        using var painted = DetectionPainter.Paint(image, [new Detection(0, 0.93f, new Box(20, 20, 60, 50))], ["Car"]);

        Assert.NotEqual([100, 100, 100], Pixel(painted, 40, 20));
        Assert.NotEqual([100, 100, 100], Pixel(painted, 20, 35));
        Assert.Contains(Enumerable.Range(20, 50), x => Pixel(painted, x, 14) is [0, 0, 0]);   // letters of the caption
        Assert.Equal([100, 100, 100], Pixel(painted, 40, 35));
        Assert.Equal([100, 100, 100], Pixel(painted, 110, 55));
        Assert.All(image.Pixels.ToArray(), value => Assert.Equal(100, value));
    }

    [Fact]
    public void Boxes_that_reach_out_of_the_image_are_painted_as_far_as_they_are_seen()
    {
        using var image = Gray(40, 30);
        using var painted = DetectionPainter.Paint(
            image, [new Detection(1, 0.5f, new Box(-50, -50, 500, 10))], ["Car", "A very long name ~ ü"], [new Box(-5, -5, 45, 35)]);
        Assert.Equal((40, 30), (painted.WidthPixels, painted.HeightPixels));
    }

    private static byte[] Pixel(RgbImage image, int x, int y) => image.Pixels.Slice(3 * (y * image.WidthPixels + x), 3).ToArray();

    private static RgbImage Gray(int width, int height)
    {
        var image = RgbImage.Allocate(width, height);
        image.Pixels.Fill(100);
        return image;
    }
}
