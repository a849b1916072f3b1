using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class PngOrientationTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("orientation").FullName;

    [Fact]
    public void I5_the_orientation_in_a_pngs_exif_is_applied()
    {
        var turned = FieldCases.Path("images/exif6.png");
        using var upright = ImageDecoder.DecodeFile(FieldCases.Path("images/base.png"));

        using var image = ImageDecoder.DecodeFile(turned);

        Assert.Equal((upright.HeightPixels, upright.WidthPixels), (image.WidthPixels, image.HeightPixels));
        Assert.Equal((image.WidthPixels, image.HeightPixels), ImageDecoder.ReadSize(turned));
        Assert.Equal(SmallPicture.Turned(upright, 6), image.Pixels.ToArray());
    }

    public static TheoryData<int, bool, string> Places()
    {
        var places = new TheoryData<int, bool, string>();
        for (var orientation = 1; orientation <= 8; orientation++)
        {
            places.Add(orientation, true, "IDAT");
            places.Add(orientation, false, "IDAT");
            places.Add(orientation, true, "IEND");
            places.Add(orientation, false, "IEND");
        }

        return places;
    }

    [Theory, MemberData(nameof(Places))]
    public void I5_all_orientations_are_applied_in_both_byte_orders_wherever_they_stand(int orientation, bool bigEndian, string before)
    {
        using var upright = SmallPicture.Draw();
        var png = PngWriter.InsertBefore(before, ImageEncoder.Png(upright), "eXIf", SmallPicture.Exif(orientation, bigEndian));
        var path = Path.Combine(folder, "a.png");
        File.WriteAllBytes(path, png);

        using var image = ImageDecoder.DecodeFile(path);

        var size = orientation < 5 ? (SmallPicture.Width, SmallPicture.Height) : (SmallPicture.Height, SmallPicture.Width);
        Assert.Equal(size, (image.WidthPixels, image.HeightPixels));
        Assert.Equal(size, ImageDecoder.ReadSize(path));
        Assert.Equal(size, ImageDecoder.CheckSize(path, new ImageLimits()));
        Assert.Equal(SmallPicture.Turned(upright, orientation), image.Pixels.ToArray());
    }

    [Fact]
    public void The_prefix_of_exif_in_jpeg_is_accepted_in_png() =>
        Assert.Equal((SmallPicture.Height, SmallPicture.Width), SizeWith([.. "Exif\0\0"u8, .. SmallPicture.Exif(6, bigEndian: true)]));

    [Fact]
    public void The_orientation_is_found_among_other_entries_and_in_a_directory_that_does_not_follow_the_header()
    {
        byte[] entries =
        [
            .. "MM"u8, 0, 42, 0, 0, 0, 12,
            9, 9, 9, 9,
            0, 2,
            0x01, 0x0F, 0, 2, 0, 0, 0, 4, (byte)'a', (byte)'b', (byte)'c', 0,
            0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, 6, 0, 0,
            0, 0, 0, 0,
        ];

        Assert.Equal((SmallPicture.Height, SmallPicture.Width), SizeWith(entries));
    }

    [Theory]
    [InlineData("4D4D002A000000080001011200040000000100000006")]
    [InlineData("49492A000800000001001201040001000000060000000000")]
    public void I5_an_orientation_of_four_bytes_is_applied(string exif) =>
        Assert.Equal((SmallPicture.Height, SmallPicture.Width), SizeWith(Convert.FromHexString(exif)));

    [Theory]
    [InlineData("")]
    [InlineData("4D4D")]
    [InlineData("4D4D002A")]
    [InlineData("4D4D002A00000008")]
    [InlineData("4D4D002AFFFFFFFF0001011200030000000100060000")]
    [InlineData("4D4D002A000000080001011200030000000100")]       // the entry is cut
    [InlineData("4D4D002A00000008FFFF")]                         // 65535 entries, none there
    [InlineData("4D4D002B000000080001011200030000000100060000")] // another magic number
    [InlineData("5858002A000000080001011200030000000100060000")] // another byte order
    [InlineData("4D4D002A000000080001011200030000000100000000")] // 0
    [InlineData("4D4D002A000000080001011200030000000100090000")] // 9
    [InlineData("4D4D002A000000080001011200040000000100060000")] // a LONG of 393216
    [InlineData("4D4D002A000000080001011200050000000100000006")] // a fraction
    [InlineData("4D4D002A000000080001011200030000000200060000")] // two numbers
    public void Exif_that_is_damaged_leaves_the_image_upright(string exif) =>
        Assert.Equal((SmallPicture.Width, SmallPicture.Height), SizeWith(Convert.FromHexString(exif)));

    [Fact]
    public void Whatever_the_exif_bytes_are_the_image_is_read() =>
        Gen.Byte.Array[0, 40].Sample(tail =>
        {
            byte[] exif = [.. "II"u8, 42, 0, .. tail];
            var size = SizeWith(exif);
            Assert.True(size is (SmallPicture.Width, SmallPicture.Height) or (SmallPicture.Height, SmallPicture.Width));
        });

    [Fact]
    public void The_orientation_in_a_webp_is_applied()
    {
        using var image = TestPictures.Decode("orientation6.webp");

        Assert.Equal((16, 32), (image.WidthPixels, image.HeightPixels));
        Assert.Equal((16, 32), ImageDecoder.ReadSize(TestPictures.PathOf("orientation6.webp")));
        Assert.Equal("BRWG", TestPictures.Quarters(image));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static (int Width, int Height) SizeWith(byte[] exif)
    {
        using var upright = SmallPicture.Draw();
        var png = PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "eXIf", exif);
        using var image = ImageDecoder.Decode(png, "a.png");
        return (image.WidthPixels, image.HeightPixels);
    }
}
