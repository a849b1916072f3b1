using System.Buffers.Binary;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class DamagedHeaderTests : IDisposable
{
    private const string Header = "its header is cut off, damaged, or of an unsupported kind";
    private readonly string folder = Directory.CreateTempSubdirectory("header").FullName;

    [Theory]
    [InlineData("FFD8")]
    [InlineData("FFD8FF")]
    [InlineData("FFD8FFD9")]
    [InlineData("89504E470D0A1A0A")]
    [InlineData("474946383961")]
    [InlineData("47494638396120002000800000")]
    [InlineData("524946460000000057454250")]
    [InlineData("5249464610000000574542505650382000000000")]
    [InlineData("424D00000000000000000000")]
    [InlineData("424D000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000")]
    public void I3_a_file_that_begins_as_an_image_and_has_no_whole_header_is_damaged(string bytes) =>
        AssertRefused(Convert.FromHexString(bytes), ImageProblem.Truncated, Header);

    [Theory]
    [InlineData("palette.png", 8)]
    [InlineData("interlaced.png", 8)]
    [InlineData("grey.jpg", 3)]
    [InlineData("progressive.jpg", 3)]
    [InlineData("cmyk.jpg", 3)]
    [InlineData("animated.webp", 12)]
    [InlineData("animated.gif", 6)]
    public void I3_wherever_an_image_is_cut_behind_its_first_bytes_it_is_damaged(string file, int first)
    {
        var whole = TestPictures.Bytes(file);
        var damaged = 0;
        for (var length = first; length < whole.Length; length++)
        {
            try
            {
                using var image = ImageDecoder.Decode(whole.AsMemory(0, length), "a");
            }
            catch (ImageException refusal)
            {
                Assert.Equal(ImageProblem.Truncated, refusal.Problem);
                damaged++;
            }
        }

        Assert.True(damaged > whole.Length / 3);
    }

    [Fact]
    public void I3_a_jpeg_that_is_cut_before_its_frame_is_damaged()
    {
        var whole = File.ReadAllBytes(FieldCases.Path("images/000000.JPG"));

        AssertRefused(whole[..(whole.Length / 10)], ImageProblem.Truncated, Header);
    }

    [Fact]
    public void I3_a_png_without_pixels_is_damaged()
    {
        var whole = TestPictures.Bytes("palette.png");
        const int EndOfHeader = 33;
        const int EndChunkBytes = 12;

        AssertRefused(whole[..EndOfHeader], ImageProblem.Truncated, Header);
        AssertRefused([.. whole[..EndOfHeader], .. whole[^EndChunkBytes..]], ImageProblem.Truncated, "");
    }

    [Theory]
    [InlineData(int.MaxValue, int.MaxValue)]
    [InlineData(uint.MaxValue, uint.MaxValue)]
    [InlineData(2_000_000, 5)]
    [InlineData(5, 2_000_000)]
    [InlineData(60_000, 60_000)]
    public void I1_a_size_that_the_decoder_does_not_even_read_is_too_large(uint width, uint height) =>
        AssertRefused(Png(width, height), ImageProblem.TooLarge, $"the header says {width} x {height} pixels; the limits are");

    [Fact]
    public void I1_the_huge_sizes_of_other_formats_are_too_large()
    {
        byte[] bmp = [.. "BM"u8, .. new byte[52]];
        bmp[14] = 40;
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(18), int.MaxValue);
        BinaryPrimitives.WriteInt32LittleEndian(bmp.AsSpan(22), int.MinValue);
        byte[] webp = [.. "RIFF"u8, 22, 0, 0, 0, .. "WEBPVP8X"u8, 10, 0, 0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255];
        byte[] jpeg = [0xFF, 0xD8, 0xFF, 0xC0, 0, 11, 8, 255, 255, 255, 254, 1, 1, 0x11, 0];

        AssertRefused(bmp, ImageProblem.TooLarge, "2147483647 x 2147483648");
        AssertRefused(webp, ImageProblem.TooLarge, "16777216 x 16777216");
        AssertRefused(jpeg, ImageProblem.TooLarge, "65534 x 65535");
    }

    [Fact]
    public void I1_sides_of_no_pixel_are_damage()
    {
        AssertRefused(Png(0, 5), ImageProblem.Truncated, "0 pixels wide");
        AssertRefused(Png(5, 0), ImageProblem.Truncated, "0 pixels high");
    }

    [Fact]
    public void I3_what_the_decoder_finds_is_told_in_plain_words()
    {
        using var picture = RgbImage.Allocate(64, 64);
        Random.Shared.NextBytes(picture.Pixels);
        var whole = ImageEncoder.Png(picture);
        var holed = (byte[])whole.Clone();
        holed.AsSpan(whole.Length / 2, 64).Clear();

        AssertDecodeRefused(holed, ImageProblem.Truncated, "the image is damaged or ends early (it");
        var cut = JpegFile.Encode(picture);
        AssertDecodeRefused(cut[..(cut.Length / 2)], ImageProblem.Truncated, "the image is damaged or ends early (it");
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>Decoding, and reading the size alone, say the same.</summary>
    private void AssertRefused(byte[] file, ImageProblem problem, string words)
    {
        var path = Path.Combine(folder, "a");
        File.WriteAllBytes(path, file);

        AssertDecodeRefused(file, problem, words);
        Assert.Equal(problem, Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile(path)).Problem);
        Assert.Equal(problem, Assert.Throws<ImageException>(() => ImageDecoder.CheckSize(path, new ImageLimits())).Problem);
    }

    private static void AssertDecodeRefused(byte[] file, ImageProblem problem, string words)
    {
        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "a"));
        Assert.Equal(problem, refusal.Problem);
        Assert.Contains(words, refusal.Message);
        Assert.DoesNotContain("Input", refusal.Message);
    }

    private static byte[] Png(uint width, uint height)
    {
        using var small = RgbImage.Allocate(4, 4);
        var png = ImageEncoder.Png(small);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), PngWriter.Crc32(png.AsSpan(12, 17)));
        return png;
    }
}
