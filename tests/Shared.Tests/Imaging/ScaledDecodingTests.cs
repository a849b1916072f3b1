using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class ScaledDecodingTests
{
    private static readonly LeastSize Anything = new(1, 1);

    [Theory]
    [InlineData(1, 200, 113)]
    [InlineData(200 * 113 + 1, 400, 225)]
    [InlineData(400 * 225 + 1, 600, 338)]
    [InlineData(600 * 338 + 1, 800, 450)]
    [InlineData(800 * 450 + 1, 1000, 563)]
    [InlineData(1000 * 563 + 1, 1200, 675)]
    [InlineData(1200 * 675 + 1, 1600, 900)]
    [InlineData(1e12, 1600, 900)]
    public void A_real_jpeg_is_decoded_at_the_smallest_scale_that_leaves_the_area(double pixels, int width, int height)
    {
        using var image = ImageDecoder.DecodeFile(Photo(), least: new LeastSize(pixels, 1));

        Assert.Equal((width, height), (image.WidthPixels, image.HeightPixels));
    }

    [Theory]
    [InlineData(113, 200), InlineData(114, 400), InlineData(226, 600), InlineData(451, 1000), InlineData(676, 1600)]
    public void The_shorter_side_is_left_too(int side, int width)
    {
        using var image = ImageDecoder.DecodeFile(Photo(), least: new LeastSize(1, side));

        Assert.Equal(width, image.WidthPixels);
    }

    [Fact]
    public void A_scaled_image_shows_what_the_whole_one_shows()
    {
        using var whole = ImageDecoder.DecodeFile(Photo());
        using var half = ImageDecoder.DecodeFile(Photo(), least: new LeastSize(800 * 450, 1));

        double difference = 0;
        for (var row = 0; row < half.HeightPixels; row++)
        {
            for (var column = 0; column < 3 * half.WidthPixels; column++)
            {
                var at = 6 * row * whole.WidthPixels + column / 3 * 6 + column % 3;
                var below = at + 3 * whole.WidthPixels;
                var mean = (whole.Pixels[at] + whole.Pixels[at + 3] + whole.Pixels[below] + whole.Pixels[below + 3]) / 4.0;
                difference += Math.Abs(mean - half.Pixels[3 * row * half.WidthPixels + column]);
            }
        }

        Assert.InRange(difference / half.Pixels.Length, 0, 1.5);
    }

    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(6, "BRWG")]
    [InlineData(8, "GWRB")]
    public void The_exif_orientation_is_applied(int orientation, string quarters)
    {
        using var image = ImageDecoder.Decode(TestPictures.Bytes($"orientation{orientation}.jpg"), "a.jpg", least: new LeastSize(8 * 4, 1));

        Assert.Equal(orientation < 5 ? (8, 4) : (4, 8), (image.WidthPixels, image.HeightPixels));
        Assert.Equal(quarters, TestPictures.Quarters(image));
    }

    [Fact]
    public void Limits_hold_for_the_whole_image_and_a_damaged_one_is_refused()
    {
        var bytes = File.ReadAllBytes(Photo());
        var limits = new ImageLimits { MaxDimensionPixels = 1599 };

        var large = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bytes, "a.jpg", limits, Anything));
        var cut = Assert.Throws<ImageException>(() => ImageDecoder.Decode(bytes.AsMemory(0, bytes.Length / 2), "a.jpg", least: Anything));

        Assert.Equal((ImageProblem.TooLarge, ImageProblem.Truncated), (large.Problem, cut.Problem));
    }

    [Fact]
    public void Other_formats_are_read_whole()
    {
        using var image = ImageDecoder.DecodeFile(SharedData.Path("data/kitti-sample/training/image_2/000008.png"), least: Anything);

        Assert.Equal(1242, image.WidthPixels);
    }

    private static string Photo() =>
        Directory.GetFiles(SharedData.Path("data/nuscenes-sample/images"), "*.jpg").Order(StringComparer.Ordinal).First();
}
