using Pipeline.Golden;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.Imaging.Drawing;

namespace Pipeline.Shared.Tests.Imaging.Drawing;

public sealed class ContactSheetTests
{
    private const int Gap = 8;

    [Fact]
    public void Pictures_stand_in_rows_from_the_top_left_with_their_aspect_and_a_title_below()
    {
        using var sheet = new ContactSheet(4);
        AddPlain(sheet, 1200, 400, 10);
        AddPlain(sheet, 1200, 600, 20);
        AddPlain(sheet, 300, 1200, 30);

        using var drawn = sheet.Finish();

        const int Cell = 1200;
        var line = drawn.HeightPixels - 600 - 1200 - 3 * Gap;
        Assert.Equal(2 * Cell + 3 * Gap, drawn.WidthPixels);
        Assert.InRange(line, 2 * 12, 2 * 24);
        Assert.Equal([10, 10, 10], Pictures.Pixel(drawn, Gap, Gap));
        Assert.Equal([10, 10, 10], Pictures.Pixel(drawn, Gap + Cell - 1, Gap + 399));
        Assert.Equal([255, 255, 255], Pictures.Pixel(drawn, Gap + Cell - 1, Gap + 400));
        Assert.Equal([20, 20, 20], Pictures.Pixel(drawn, 2 * Gap + Cell, Gap + 599));
        var secondRow = Gap + 600 + line / 2 + Gap;
        Assert.Equal([30, 30, 30], Pictures.Pixel(drawn, Gap, secondRow));
        Assert.Equal([30, 30, 30], Pictures.Pixel(drawn, Gap + 299, secondRow + 1199));
        Assert.Equal([255, 255, 255], Pictures.Pixel(drawn, Gap + 300, secondRow + 1199));
        Assert.True(HasInk(drawn, left: Gap, top: Gap + 400, right: Gap + Cell, bottom: Gap + 400 + line / 2), "no first title");
        Assert.True(HasInk(drawn, left: Gap, top: secondRow + 1200, right: Gap + Cell, bottom: drawn.HeightPixels), "no last title");
        Assert.False(HasInk(drawn, left: 2 * Gap + Cell, top: secondRow, right: drawn.WidthPixels, bottom: drawn.HeightPixels));
    }

    [Fact]
    public void Boxes_are_scaled_with_their_picture()
    {
        using var sheet = new ContactSheet(1);
        using var image = Pictures.Plain(2400, 1200);
        sheet.Add(image, [DrawnBox.Object(new Box(600, 300, 1800, 900), 3, "")], "");

        using var drawn = sheet.Finish();

        Assert.Equal(Pictures.Fill(3), Pictures.Pixel(drawn, Gap + 300, Gap + 300));
        Assert.Equal(Pictures.Fill(3), Pictures.Pixel(drawn, Gap + 600, Gap + 450));
        Assert.Equal([Pictures.Gray, Pictures.Gray, Pictures.Gray], Pictures.Pixel(drawn, Gap + 600, Gap + 300));
    }

    [Fact]
    public void Small_pictures_are_magnified_but_not_without_bound()
    {
        using var sheet = new ContactSheet(1);
        AddPlain(sheet, 20, 10, 40);

        using var drawn = sheet.Finish();

        Assert.Equal([40, 40, 40], Pictures.Pixel(drawn, Gap + 79, Gap + 39));
        Assert.Equal([255, 255, 255], Pictures.Pixel(drawn, Gap + 80, Gap));
    }

    [Theory]
    [InlineData(1, 5000)]
    [InlineData(5000, 1)]
    public void A_picture_of_any_shape_fits(int width, int height)
    {
        using var sheet = new ContactSheet(1);
        AddPlain(sheet, width, height, 0);

        using var drawn = sheet.Finish();

        Assert.InRange(drawn.HeightPixels, 1 + 2 * Gap, 1200 + 40);
        Assert.Equal(1200 + 2 * Gap, drawn.WidthPixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(10)]
    [InlineData(200)]
    [InlineData(ContactSheet.MaxPictures)]
    public void A_full_sheet_of_the_highest_pictures_stays_below_40_megapixels(int pictures)
    {
        using var sheet = new ContactSheet(pictures);
        using var image = Pictures.Plain(400, 400);
        for (var i = 0; i < pictures; i++)
        {
            sheet.Add(image, [], "title");
        }

        using var drawn = sheet.Finish();

        Assert.InRange((long)drawn.WidthPixels * drawn.HeightPixels, 1, 40_000_000);
    }

    [Fact]
    public void A_title_that_is_too_long_keeps_its_end()
    {
        byte[] Sheet(string title)
        {
            using var sheet = new ContactSheet(9);
            using var image = Pictures.Plain(50, 50);
            sheet.Add(image, [], title);
            using var drawn = sheet.Finish();
            return drawn.Pixels.ToArray();
        }

        var folder = new string('x', 500);
        Assert.NotEqual(Sheet(folder + "/000001"), Sheet(folder + "/000002"));
        Assert.Equal(Sheet("a" + folder), Sheet("b" + folder));
    }

    [Fact]
    public void Too_few_and_too_many_pictures_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContactSheet(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ContactSheet(ContactSheet.MaxPictures + 1));
        using var sheet = new ContactSheet(1);
        Assert.Throws<InvalidOperationException>(sheet.Finish);
        AddPlain(sheet, 10, 10, 0);
        Assert.Throws<InvalidOperationException>(() => AddPlain(sheet, 10, 10, 0));
    }

    [Fact]
    public void Real_frames_with_their_labels_come_out_as_the_same_bytes_each_time()
    {
        var folder = SharedData.Path("data/kitti-sample/training/image_2");
        var frames = Directory.GetFiles(folder).Order(StringComparer.Ordinal).Take(5).ToArray();
        byte[] Sheet()
        {
            using var sheet = new ContactSheet(frames.Length);
            foreach (var frame in frames)
            {
                using var image = ImageDecoder.DecodeFile(frame);
                sheet.Add(image, [DrawnBox.Object(new Box(100, 100, 300, 200), 0, "Car")], Path.GetFileNameWithoutExtension(frame));
            }

            using var drawn = sheet.Finish();
            return ImageEncoder.Png(drawn);
        }

        Assert.Equal(Sheet(), Sheet());
    }

    private static void AddPlain(ContactSheet sheet, int width, int height, byte value)
    {
        using var image = Pictures.Plain(width, height, value);
        sheet.Add(image, [], "000001");
    }

    private static bool HasInk(RgbImage image, int left, int top, int right, int bottom)
    {
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                if (Pictures.Pixel(image, x, y)[0] < 128)
                {
                    return true;
                }
            }
        }

        return false;
    }
}
