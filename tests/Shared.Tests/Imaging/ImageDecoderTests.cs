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
        Assert.Equal(ImageProblem.NotAnImage, Assert.Throws<ImageException>(() => ImageDecoder.Decode("just text"u8.ToArray(), "a.png")).Problem);

    [Fact]
    public void An_image_that_ends_early_is_refused()
    {
        using var image = RgbImage.Allocate(200, 200);
        Random.Shared.NextBytes(image.Pixels);
        var encoded = ImageEncoder.Png(image);

        Assert.Equal(ImageProblem.Truncated, Assert.Throws<ImageException>(() => ImageDecoder.Decode(encoded.AsMemory(0, encoded.Length / 2), "a.png")).Problem);
    }

    [Fact]
    public void A_header_of_60000_by_60000_is_refused_before_anything_is_allocated()
    {
        using var small = RgbImage.Allocate(4, 4);
        var encoded = ImageEncoder.Png(small);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(16), 60_000);
        BinaryPrimitives.WriteInt32BigEndian(encoded.AsSpan(20), 60_000);
        BinaryPrimitives.WriteUInt32BigEndian(encoded.AsSpan(29), Crc32(encoded.AsSpan(12, 17)));
        var before = GC.GetAllocatedBytesForCurrentThread();

        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.Decode(encoded, "a.png"));

        Assert.Equal(ImageProblem.TooLarge, refusal.Problem);
        Assert.Contains("60000 x 60000", refusal.Message);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1_000_000);
    }

    private static uint Crc32(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (0 - (crc & 1)));
            }
        }

        return ~crc;
    }
}
