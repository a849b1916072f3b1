using System.Buffers.Binary;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class ImageDecoderTests
{
    [Fact]
    public void A_png_decodes_to_the_pixels_it_was_made_from()
    {
        using var image = RgbImage.Allocate(5, 3);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(i * 5);
        }

        using var decoded = ImageDecoder.Decode(ImageEncoder.Png(image), "a.png");

        Assert.Equal((5, 3), (decoded.WidthPixels, decoded.HeightPixels));
        Assert.Equal(image.Pixels.ToArray(), decoded.Pixels.ToArray());
    }

    [Fact]
    public void A_real_frame_decodes()
    {
        using var image = ImageDecoder.DecodeFile(SharedData.Path("data/kitti-sample/training/image_2/000008.png"));
        Assert.Equal((1242, 375), (image.WidthPixels, image.HeightPixels));
    }

    [Fact]
    public void A_text_file_called_png_is_refused() =>
        Assert.Equal(
            ImageProblem.NotAnImage, Assert.Throws<ImageException>(() => ImageDecoder.Decode("just text"u8.ToArray(), "a.png")).Problem);

    [Fact]
    public void An_image_that_ends_early_is_refused()
    {
        using var image = RgbImage.Allocate(200, 200);
        Random.Shared.NextBytes(image.Pixels);
        var encoded = ImageEncoder.Png(image);

        Assert.Equal(
            ImageProblem.Truncated,
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(encoded.AsMemory(0, encoded.Length / 2), "a.png")).Problem);
    }

    [Fact]
    public void A_header_of_60000_by_60000_is_refused_before_anything_is_allocated()
    {
        using var small = RgbImage.Allocate(4, 4);
        var encoded = ImageEncoder.Png(small);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(29), PngWriter.Crc32(encoded.AsSpan(12, 17)));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.Decode(encoded, "a.png"));

        Assert.Equal(ImageProblem.TooLarge, refusal.Problem);
        Assert.Contains("60000 x 60000", refusal.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    /// <summary>Four quarters: red, green, blue, white; by EXIF's eight orientations, where each quarter comes to lie.</summary>
    [Theory]
    [InlineData(1, "RGBW")]
    [InlineData(2, "GRWB")]
    [InlineData(3, "WBGR")]
    [InlineData(4, "BWRG")]
    [InlineData(5, "RBGW")]
    [InlineData(6, "BRWG")]
    [InlineData(7, "WGBR")]
    [InlineData(8, "GWRB")]
    public void The_exif_orientation_is_applied(int orientation, string quarters)
    {
        using var image = TestPictures.Decode($"orientation{orientation}.jpg");

        Assert.Equal(orientation < 5 ? (32, 16) : (16, 32), (image.WidthPixels, image.HeightPixels));
        Assert.Equal(quarters, TestPictures.Quarters(image));
    }

    [Theory]
    [InlineData("cmyk.jpg")]
    [InlineData("palette.png")]
    public void Other_colour_models_become_rgb(string file)
    {
        using var image = TestPictures.Decode(file);
        Assert.Equal("RGBW", TestPictures.Quarters(image));
    }

    [Theory]
    [InlineData("grey.png", 0)]
    [InlineData("grey16.png", 0)]
    [InlineData("grey.jpg", 2)]
    public void Grey_images_have_three_equal_channels(string file, int tolerance)
    {
        using var image = TestPictures.Decode(file);
        foreach (var (x, level) in new[] { (4, 60), (28, 190) })
        {
            Assert.All(
                image.Pixels.Slice(3 * (8 * 32 + x), 3).ToArray(), value => Assert.InRange(value, level - tolerance, level + tolerance));
        }
    }

    [Fact]
    public void Transparent_pixels_are_laid_on_black()
    {
        using var image = TestPictures.Decode("alpha.png");
        Assert.Equal("RGBK", TestPictures.Quarters(image));
    }
}
