using System.IO.Compression;
using CsCheck;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

/// <summary>The orientation in the text chunks in which older tools keep EXIF.</summary>
public sealed class PngRawProfileTests
{
    [Theory]
    [InlineData("exif", true)]
    [InlineData("exif", false)]
    [InlineData("APP1", true)]
    [InlineData("APP1", false)]
    public void The_raw_profile_of_older_tools_is_applied(string profile, bool isCompressed)
    {
        var text = RawProfile(profile, [.. "Exif\0\0"u8, .. SmallPicture.Exif(6, bigEndian: false)]);

        Assert.Equal((SmallPicture.Height, SmallPicture.Width), SizeWithProfile(profile, text, isCompressed));
    }

    [Fact]
    public void The_chunk_for_exif_goes_before_a_raw_profile()
    {
        using var upright = SmallPicture.Draw();
        byte[] profile = [.. "Raw profile type exif\0"u8, .. RawProfile("exif", SmallPicture.Exif(6, bigEndian: true))];
        var png = PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "tEXt", profile);
        png = PngWriter.InsertBefore("IEND", png, "eXIf", SmallPicture.Exif(3, bigEndian: true));

        using var image = ImageDecoder.Decode(png, "a.png");

        Assert.Equal(SmallPicture.Turned(upright, 3), image.Pixels.ToArray());
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

        Assert.Equal((SmallPicture.Width, SmallPicture.Height), SizeWithProfile("exif", bytes, isCompressed: false));
        Assert.Equal((SmallPicture.Width, SmallPicture.Height), SizeWithProfile("exif", bytes, isCompressed: true));
    }

    [Fact]
    public void A_compressed_profile_of_random_bytes_or_endless_length_leaves_the_image_upright()
    {
        Gen.Byte.Array[0, 40].Sample(bytes =>
        {
            using var upright = SmallPicture.Draw();
            byte[] chunk = [.. "Raw profile type exif\0"u8, .. bytes];
            using var image = ImageDecoder.Decode(PngWriter.InsertBefore("IDAT", ImageEncoder.Png(upright), "zTXt", chunk), "a.png");
            Assert.Equal(SmallPicture.Width, image.WidthPixels);
        });
        Assert.Equal((SmallPicture.Width, SmallPicture.Height), SizeWithProfile("exif", new byte[20_000_000], isCompressed: true));
    }

    private static (int Width, int Height) SizeWithProfile(string profile, byte[] text, bool isCompressed)
    {
        using var upright = SmallPicture.Draw();
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
}
