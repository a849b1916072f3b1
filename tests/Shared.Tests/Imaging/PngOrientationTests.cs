using System.IO.Compression;
using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class PngOrientationTests : IDisposable
{
    private const int Width = 5;
    private const int Height = 3;
    private readonly string folder = Directory.CreateTempSubdirectory("orientation").FullName;

    [Fact]
    public void I5_the_orientation_in_a_pngs_exif_is_applied()
    {
        var turned = FieldCases.Path("images/exif6.png");
        using var upright = ImageDecoder.DecodeFile(FieldCases.Path("images/base.png"));

        using var image = ImageDecoder.DecodeFile(turned);

        Assert.Equal((upright.HeightPixels, upright.WidthPixels), (image.WidthPixels, image.HeightPixels));
        Assert.Equal((image.WidthPixels, image.HeightPixels), ImageDecoder.ReadSize(turned));
        Assert.Equal(Turned(upright, 6), image.Pixels.ToArray());
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
        using var upright = Picture();
        var png = PngWriter.InsertBefore(before, ImageEncoder.Png(upright), "eXIf", Exif(orientation, bigEndian));
        var path = Path.Combine(folder, "a.png");
        File.WriteAllBytes(path, png);

        using var image = ImageDecoder.DecodeFile(path);

        var size = orientation < 5 ? (Width, Height) : (Height, Width);
        Assert.Equal(size, (image.WidthPixels, image.HeightPixels));
        Assert.Equal(size, ImageDecoder.ReadSize(path));
        Assert.Equal(size, ImageDecoder.CheckSize(path, new ImageLimits()));
        Assert.Equal(Turned(upright, orientation), image.Pixels.ToArray());
    }

    [Fact]
    public void The_prefix_of_exif_in_jpeg_is_accepted_in_png() =>
        Assert.Equal((Height, Width), SizeWith([.. "Exif\0\0"u8, .. Exif(6, bigEndian: true)]));

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

        Assert.Equal((Height, Width), SizeWith(entries));
    }

    [Theory]
    [InlineData("4D4D002A000000080001011200040000000100000006")]
    [InlineData("49492A000800000001001201040001000000060000000000")]
    public void I5_an_orientation_of_four_bytes_is_applied(string exif) =>
        Assert.Equal((Height, Width), SizeWith(Convert.FromHexString(exif)));

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
        Assert.Equal((Width, Height), SizeWith(Convert.FromHexString(exif)));

    [Fact]
    public void Whatever_the_exif_bytes_are_the_image_is_read() =>
        Gen.Byte.Array[0, 40].Sample(tail =>
        {
            byte[] exif = [.. "II"u8, 42, 0, .. tail];
            var size = SizeWith(exif);
            Assert.True(size is (Width, Height) or (Height, Width));
        });

    [Theory]
    [InlineData("exif", true)]
    [InlineData("exif", false)]
    [InlineData("APP1", true)]
    [InlineData("APP1", false)]
    public void The_raw_profile_of_older_tools_is_applied(string profile, bool isCompressed)
    {
        var text = RawProfile(profile, [.. "Exif\0\0"u8, .. Exif(6, bigEndian: false)]);

        Assert.Equal((Height, Width), SizeWithProfile(profile, text, isCompressed));
    }

    [Fact]
    public void The_chunk_for_exif_goes_before_a_raw_profile()
    {
        using var upright = Picture();
        byte[] profile = [.. "Raw profile type exif\0"u8, .. RawProfile("exif", Exif(6, bigEndian: true))];
        var png = PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "tEXt", profile);
        png = PngWriter.InsertBefore("IEND", png, "eXIf", Exif(3, bigEndian: true));

        using var image = ImageDecoder.Decode(png, "a.png");

        Assert.Equal(Turned(upright, 3), image.Pixels.ToArray());
    }

    [Theory]
    [InlineData("")]
    [InlineData("\nexif\n")]
    [InlineData("\nexif\n  6\nzzzz")]
    [InlineData("\nexif\n  6\n4d4d0")]
    [InlineData("no line ends")]
    public void A_raw_profile_that_is_damaged_leaves_the_image_upright(string text)
    {
        var bytes = System.Text.Encoding.ASCII.GetBytes(text);

        Assert.Equal((Width, Height), SizeWithProfile("exif", bytes, isCompressed: false));
        Assert.Equal((Width, Height), SizeWithProfile("exif", bytes, isCompressed: true));
    }

    [Fact]
    public void A_compressed_profile_of_random_bytes_or_endless_length_leaves_the_image_upright()
    {
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            using var upright = Picture();
            byte[] chunk = [.. "Raw profile type exif\0"u8, .. bytes];
            using var image = ImageDecoder.Decode(PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "zTXt", chunk), "a.png");
            Assert.Equal(Width, image.WidthPixels);
        });
        Assert.Equal((Width, Height), SizeWithProfile("exif", new byte[20_000_000], isCompressed: true));
    }

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
        using var upright = Picture();
        var png = PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "eXIf", exif);
        using var image = ImageDecoder.Decode(png, "a.png");
        return (image.WidthPixels, image.HeightPixels);
    }

    private static (int Width, int Height) SizeWithProfile(string profile, byte[] text, bool isCompressed)
    {
        using var upright = Picture();
        using var data = new MemoryStream();
        data.Write(System.Text.Encoding.ASCII.GetBytes($"Raw profile type {profile}\0"));
        if (isCompressed)
        {
            data.WriteByte(0);
            using var deflating = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true);
            deflating.Write(text);
        }
        else
        {
            data.Write(text);
        }

        var type = isCompressed ? "zTXt" : "tEXt";
        using var image = ImageDecoder.Decode(PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), type, data.ToArray()), "a.png");
        return (image.WidthPixels, image.HeightPixels);
    }

    /// <summary>As ImageMagick writes it: a name, a length, and lines of 36 bytes.</summary>
    private static byte[] RawProfile(string name, byte[] exif)
    {
        var digits = Convert.ToHexStringLower(exif);
        var lines = digits.Chunk(72).Select(line => new string(line));
        return System.Text.Encoding.ASCII.GetBytes($"\n{name}\n{exif.Length,8}\n{string.Join('\n', lines)}\n");
    }

    private static byte[] Exif(int orientation, bool bigEndian)
    {
        var value = (byte)orientation;
        return bigEndian
            ? [.. "MM"u8, 0, 42, 0, 0, 0, 8, 0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, value, 0, 0, 0, 0, 0, 0]
            : [.. "II"u8, 42, 0, 8, 0, 0, 0, 1, 0, 0x12, 0x01, 3, 0, 1, 0, 0, 0, value, 0, 0, 0, 0, 0, 0, 0];
    }

    /// <summary>Every pixel differs.</summary>
    private static RgbImage Picture()
    {
        var image = RgbImage.Allocate(Width, Height);
        for (var i = 0; i < image.Pixels.Length; i++)
        {
            image.Pixels[i] = (byte)(5 * i);
        }

        return image;
    }

    /// <summary>What EXIF says of each orientation, told anew: which pixel of the stored image is seen at each place.</summary>
    private static byte[] Turned(RgbImage stored, int orientation)
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
