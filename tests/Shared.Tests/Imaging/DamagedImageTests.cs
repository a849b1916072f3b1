using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class DamagedImageTests
{
    private const string Icon =
        "00000100010001010000010020003000000016000000" +                                       // an icon of one pixel
        "28000000010000000200000001002000000000000000000000000000000000000000000000000000" +   // its bitmap
        "FFFFFFFF00000000";

    private static readonly byte[] EndOfImage = [0xFF, 0xD9];

    [Fact]
    public void I3_a_progressive_jpeg_that_ends_early_is_damaged()
    {
        var path = FieldCases.Path("images/progressive-cut-50.jpg");

        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.DecodeFile(path));

        Assert.Equal(ImageProblem.Truncated, refusal.Problem);
        Assert.Equal($"{path}: the image is damaged or ends early (its end marker is missing).", refusal.Message);
    }

    [Theory]
    [InlineData("progressive.jpg")]
    [InlineData("progressive-arithmetic.jpg")]
    [InlineData("progressive-cmyk.jpg")]
    [InlineData("progressive-grey.jpg")]
    [InlineData("progressive-restarts.jpg")]
    [InlineData("sequential-scans.jpg")]
    public void I3_a_jpeg_of_several_scans_is_read_when_whole_and_refused_when_cut_anywhere(string file)
    {
        var whole = TestPictures.Bytes(file);
        using (var image = ImageDecoder.Decode(whole, file))
        {
            Assert.Equal((40, 24), (image.WidthPixels, image.HeightPixels));
        }

        using (var image = ImageDecoder.Decode((byte[])[.. whole, 0, 1, 0xFF, 0xD8, 0xFF], file))
        {
            Assert.Equal((40, 24), (image.WidthPixels, image.HeightPixels));
        }

        for (var length = 0; length < whole.Length; length++)
        {
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(whole.AsMemory(0, length), file));
        }
    }

    [Theory]
    [InlineData("progressive.jpg")]
    [InlineData("progressive-arithmetic.jpg")]
    [InlineData("progressive-cmyk.jpg")]
    [InlineData("progressive-grey.jpg")]
    [InlineData("progressive-restarts.jpg")]
    [InlineData("sequential-scans.jpg")]
    public void I3_an_end_marker_behind_a_cut_does_not_hide_that_scans_are_missing(string file)
    {
        var whole = TestPictures.Bytes(file);
        var lastScan = whole.AsSpan().LastIndexOf<byte>([0xFF, 0xDA]);
        for (var length = 0; length < lastScan + 2; length++)
        {
            var cut = (byte[])[.. whole[..length], .. EndOfImage];
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(cut, file));
        }
    }

    [Fact]
    public void I3_a_lost_scan_in_the_middle_is_noticed()
    {
        var whole = TestPictures.Bytes("progressive.jpg");
        int[] scans = [.. Enumerable.Range(0, whole.Length - 1).Where(i => whole[i] == 0xFF && whole[i + 1] == 0xDA)];
        Assert.Equal(10, scans.Length);

        for (var scan = 0; scan < scans.Length - 1; scan++)
        {
            var holed = (byte[])[.. whole[..scans[scan]], .. whole[scans[scan + 1]..]];
            Assert.NotNull(JpegScans.Problem(holed));
        }
    }

    [Fact]
    public void The_end_marker_of_a_thumbnail_is_not_that_of_the_image()
    {
        var whole = TestPictures.Bytes("progressive.jpg");
        var thumbnail = TestPictures.Bytes("grey.jpg");
        var length = thumbnail.Length + 2;
        byte[] segment = [0xFF, 0xE1, (byte)(length >> 8), (byte)length, .. thumbnail];
        byte[] file = [.. whole[..2], .. segment, .. whole[2..]];

        Assert.Null(JpegScans.Problem(file));
        Assert.Equal("its end marker is missing", JpegScans.Problem(file.AsSpan(0, file.Length - 2)));
    }

    [Fact]
    public void Fill_bytes_before_markers_and_strange_bytes_between_segments_are_skipped()
    {
        var whole = TestPictures.Bytes("progressive.jpg");
        var frame = whole.AsSpan().IndexOf<byte>([0xFF, 0xC2]);
        byte[] file = [.. whole[..frame], 1, 2, 3, 0xFF, 0xFF, 0xFF, .. whole[frame..]];

        Assert.Null(JpegScans.Problem(file));
        using var image = ImageDecoder.Decode(file, "a.jpg");
        Assert.Equal(40, image.WidthPixels);
    }

    [Fact]
    public void Endless_scans_are_refused_before_they_are_decoded()
    {
        var whole = TestPictures.Bytes("progressive.jpg");
        var first = whole.AsSpan().IndexOf<byte>([0xFF, 0xDA]);
        var second = first + 2 + whole.AsSpan(first + 2).IndexOf<byte>([0xFF, 0xDA]);
        var repeated = Enumerable.Repeat(whole[first..second], 300).SelectMany(scan => scan);
        byte[] file = [.. whole[..first], .. repeated, .. whole[first..]];

        Assert.Contains("more than 200 scans", Assert.Throws<ImageException>(() => ImageDecoder.Decode(file, "a.jpg")).Message);
    }

    [Fact]
    public void A_sequential_jpeg_of_one_scan_needs_no_end_marker()
    {
        var whole = TestPictures.Bytes("grey.jpg");

        Assert.Null(JpegScans.Problem(whole.AsSpan(0, whole.Length - 2)));
    }

    [Fact]
    public void Whatever_the_bytes_are_the_walk_of_a_jpeg_ends_without_an_exception()
    {
        var whole = TestPictures.Bytes("progressive.jpg");
        var change = Gen.Select(Gen.Int[2, whole.Length - 1], Gen.Byte).Array[1, 8];
        Gen.Select(change, Gen.Int[0, whole.Length]).Sample((changes, length) =>
        {
            var bytes = (byte[])whole.Clone();
            foreach (var (at, value) in changes)
            {
                bytes[at] = value;
            }

            _ = JpegScans.Problem(bytes.AsSpan(0, length));
        });
    }

    [Theory]
    [InlineData("palette.png")]
    [InlineData("interlaced.png")]
    [InlineData("animated.png")]
    [InlineData("animated.webp")]
    [InlineData("orientation6.webp")]
    [InlineData("cmyk.jpg")]
    [InlineData("orientation6.jpg")]
    public void A_png_webp_or_jpeg_that_is_cut_anywhere_is_refused(string file)
    {
        var whole = TestPictures.Bytes(file);
        var onlyTheLastByteIsMissing = whole.Length - 1;   // WebP's may be one that only makes the length even
        for (var length = 0; length < onlyTheLastByteIsMissing; length++)
        {
            Assert.Null(Outcome(whole.AsMemory(0, length), file));
        }
    }

    [Fact]
    public void A_gif_that_is_cut_is_refused_or_gives_every_pixel_of_its_first_picture()
    {
        var whole = TestPictures.Bytes("animated.gif");
        var expected = Outcome(whole, "animated.gif");
        var refused = 0;
        for (var length = 0; length < whole.Length; length++)
        {
            if (Outcome(whole.AsMemory(0, length), "a.gif") is not { } pixels)
            {
                refused++;
                continue;
            }

            Assert.Equal(expected, pixels);
        }

        Assert.InRange(refused, 90, whole.Length - 1);
    }

    [Theory]
    [InlineData("palette.png")]
    [InlineData("animated.webp")]
    [InlineData("animated.gif")]
    [InlineData("cmyk.jpg")]
    [InlineData("progressive.jpg")]
    public void Bytes_behind_the_end_of_an_image_do_no_harm(string file)
    {
        var whole = TestPictures.Bytes(file);
        var expected = Outcome(whole, file);

        Assert.NotNull(expected);
        Assert.Equal(expected, Outcome((byte[])[.. whole, 1, 2, 0xFF, 0xD8, 3], file));
    }

    [Theory]
    [InlineData("animated.gif")]
    [InlineData("animated.webp")]
    [InlineData("animated.png")]
    [InlineData("interlaced.png")]
    public void Of_an_animation_the_first_frame_is_read(string file)
    {
        using var image = TestPictures.Decode(file);
        Assert.Equal("RGBW", TestPictures.Quarters(image));
    }

    [Theory]
    [InlineData("")]
    [InlineData("00000A0A0000000000000000000000000000000000000000")]                   // a picture of old mobile phones
    [InlineData(Icon)]
    [InlineData("424D")]
    [InlineData("424D57206973206120636172")]                                             // a text: BMW is a car
    [InlineData("5249464624000000574156456D7420")]                                       // sound
    [InlineData("FFD800")]
    [InlineData("89504E470A1A0A0000000D49484452")]                                       // a PNG that was sent as text
    public void What_is_another_format_is_no_image(string bytes) =>
        Assert.Equal(
            ImageProblem.NotAnImage,
            Assert.Throws<ImageException>(() => ImageDecoder.Decode(Convert.FromHexString(bytes), "a")).Problem);

    [Fact]
    public void An_empty_file_is_called_empty() =>
        Assert.Equal("a.png: the file is empty.", Assert.Throws<ImageException>(() => ImageDecoder.Decode(default, "a.png")).Message);

    private static byte[]? Outcome(ReadOnlyMemory<byte> encoded, string name)
    {
        try
        {
            using var image = ImageDecoder.Decode(encoded, name);
            return image.Pixels.ToArray();
        }
        catch (ImageException)
        {
            return null;
        }
    }
}
