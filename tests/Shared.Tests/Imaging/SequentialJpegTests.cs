using System.Diagnostics;
using CsCheck;
using Pipeline.Golden;
using Pipeline.Shared.Imaging;

namespace Pipeline.Shared.Tests.Imaging;

public sealed class SequentialJpegTests
{
    private static readonly byte[] EndOfImage = [0xFF, 0xD9];

    public static TheoryData<string> Files() =>
    [
        "sequential-420.jpg",
        "sequential-422.jpg",
        "sequential-444.jpg",
        "sequential-411-restarts.jpg",
        "sequential-grey.jpg",
        "sequential-optimized.jpg",
        "sequential-optimized-restarts.jpg",
        "sequential-uneven.jpg",
        "cmyk.jpg",
        "grey.jpg",
        "orientation6.jpg",
    ];

    [Theory, MemberData(nameof(Files))]
    public void I3_a_jpeg_of_one_scan_is_read_when_whole(string file)
    {
        Assert.Null(JpegScans.Problem(TestPictures.Bytes(file)));
        using var image = TestPictures.Decode(file);
    }

    [Theory, MemberData(nameof(Files))]
    public void I3_an_end_marker_behind_a_cut_does_not_hide_that_pixels_are_missing(string file)
    {
        var whole = TestPictures.Bytes(file);
        for (var length = ScanData(whole); length < whole.Length - EndOfImage.Length; length++)
        {
            byte[] cut = [.. whole[..length], .. EndOfImage];
            var refusal = Assert.Throws<ImageException>(() => ImageDecoder.Decode(cut, file));
            Assert.Equal(ImageProblem.Truncated, refusal.Problem);
        }
    }

    [Fact]
    public void I3_a_cut_file_of_the_field_with_an_end_marker_is_told_how_much_of_it_is_there()
    {
        var whole = File.ReadAllBytes(FieldCases.Path("images/000000.JPG"));
        byte[] cut = [.. whole[..(whole.Length / 2)], .. EndOfImage];

        var refusal = Assert.Throws<ImageException>(() => ImageDecoder.Decode(cut, "a.jpg"));

        Assert.Matches(@"a\.jpg: the image is damaged or ends early \(its scan ends after \d\d % of the picture\)\.", refusal.Message);
    }

    [Theory]
    [InlineData("sequential-420.jpg")]
    [InlineData("sequential-444.jpg")]
    [InlineData("sequential-411-restarts.jpg")]
    [InlineData("sequential-optimized.jpg")]
    public void I3_a_hole_of_zeros_is_damage(string file)
    {
        var whole = TestPictures.Bytes(file);
        var start = ScanData(whole);
        var third = (whole.Length - start) / 3;
        var inTheMiddle = (byte[])whole.Clone();
        inTheMiddle.AsSpan(start + third, third).Clear();
        var toTheEnd = (byte[])whole.Clone();
        toTheEnd.AsSpan(start + third, whole.Length - start - third - EndOfImage.Length).Clear();

        Assert.NotNull(JpegScans.Problem(inTheMiddle));
        Assert.NotNull(JpegScans.Problem(toTheEnd));
    }

    [Theory]
    [InlineData("sequential-411-restarts.jpg")]
    [InlineData("sequential-optimized-restarts.jpg")]
    public void I3_a_lost_part_between_two_restarts_is_damage(string file)
    {
        var whole = TestPictures.Bytes(file);
        var first = whole.AsSpan().IndexOf<byte>([0xFF, 0xD0]);
        var second = whole.AsSpan().IndexOf<byte>([0xFF, 0xD1]);

        Assert.Equal("a part of its scan is missing", JpegScans.Problem([.. whole[..first], .. whole[second..]]));
    }

    [Theory]
    [InlineData("data/kitti-sample-jpeg")]
    [InlineData("data/bccd-voc")]
    [InlineData("data/nuscenes-sample")]
    public void I3_every_jpeg_of_real_data_sets_is_whole(string folder)
    {
        var files = Directory.GetFiles(SharedData.Path(folder), "*.jp*g", SearchOption.AllDirectories);

        Assert.NotEmpty(files);
        Assert.All(files, file => Assert.Null(JpegScans.Problem(File.ReadAllBytes(file))));
    }

    [Fact]
    public void What_the_encoder_here_writes_is_whole_and_is_refused_when_cut() =>
        Gen.Select(Gen.Int[1, 70], Gen.Int[1, 70], Gen.Int[0, 100], Gen.Double[0, 1]).Sample((width, height, quality, part) =>
        {
            using var image = RgbImage.Allocate(width, height);
            new Random(width * height).NextBytes(image.Pixels);
            var whole = JpegFile.Encode(image, quality);
            var start = ScanData(whole);
            var length = start + (int)(part * (whole.Length - EndOfImage.Length - start - 1));

            Assert.Null(JpegScans.Problem(whole));
            Assert.NotNull(JpegScans.Problem([.. whole[..length], .. EndOfImage]));
        });

    [Fact]
    public void A_few_bytes_that_cameras_leave_before_a_marker_do_no_harm()
    {
        var whole = TestPictures.Bytes("sequential-420.jpg");
        byte[] leftOver = [.. whole[..^2], 1, 2, 3, 0xFF, 0xFF, 0xFF, .. EndOfImage];

        Assert.Null(JpegScans.Problem(leftOver));
        using var image = ImageDecoder.Decode(leftOver, "a.jpg");
        using var expected = ImageDecoder.Decode(whole, "a.jpg");
        Assert.Equal(expected.Pixels.ToArray(), image.Pixels.ToArray());
    }

    [Fact]
    public void Bytes_behind_the_end_marker_are_not_counted()
    {
        var whole = TestPictures.Bytes("sequential-420.jpg");

        Assert.Null(JpegScans.Problem([.. whole, .. new byte[9000], .. whole]));
    }

    [Fact]
    public void Other_coding_and_tables_that_are_not_in_the_file_are_left_to_the_decoder()
    {
        var arithmetic = TestPictures.Bytes("sequential-arithmetic.jpg");
        var whole = TestPictures.Bytes("sequential-420.jpg");
        var withoutTables = (byte[])whole.Clone();
        byte[] tables = [0xFF, 0xC4];
        for (var at = withoutTables.AsSpan().IndexOf(tables); at >= 0; at = withoutTables.AsSpan().IndexOf(tables))
        {
            withoutTables[at + 1] = 0xFE;   // a comment
        }

        Assert.Null(JpegScans.Problem(arithmetic));
        Assert.Null(JpegScans.Problem(withoutTables));
        using var image = ImageDecoder.Decode(arithmetic, "a.jpg");
        Assert.Equal((67, 45), (image.WidthPixels, image.HeightPixels));
    }

    [Fact]
    public void Counting_the_blocks_takes_memory_for_the_tables_only()
    {
        using var image = RgbImage.Allocate(2000, 1000);
        new Random(1).NextBytes(image.Pixels);
        var encoded = JpegFile.Encode(image);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Null(JpegScans.Problem(encoded));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000);
    }

    [Fact]
    public void Endless_definitions_of_tables_are_not_built()
    {
        var whole = TestPictures.Bytes("sequential-420.jpg");
        byte[] definition = [0xFF, 0xC4, 0, 20, 0, 1, .. new byte[15], 5];
        var endless = Enumerable.Repeat(definition, 200_000).SelectMany(bytes => bytes);
        byte[] file = [.. whole[..2], .. endless, .. whole[2..]];
        var watch = Stopwatch.StartNew();

        Assert.Null(JpegScans.Problem(file));

        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(2), $"took {watch.Elapsed}");
    }

    [Theory]
    [InlineData("sequential-420.jpg")]
    [InlineData("sequential-411-restarts.jpg")]
    public void Whatever_the_bytes_are_the_count_ends_without_an_exception(string file)
    {
        var whole = TestPictures.Bytes(file);
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

    /// <summary>Where the compressed data begin.</summary>
    private static int ScanData(byte[] jpeg)
    {
        var scan = jpeg.AsSpan().LastIndexOf<byte>([0xFF, 0xDA]) + 2;
        return scan + (jpeg[scan] << 8 | jpeg[scan + 1]);
    }
}
