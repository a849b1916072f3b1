using System.Diagnostics;
using CsCheck;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging.Drawing;
using SkiaSharp;

namespace Pipeline.Shared.Tests.Imaging.Drawing;

public sealed class CaptionTests
{
    [Theory]
    [InlineData("a", "b")]
    [InlineData("I", "l")]
    [InlineData("Car", "car")]
    [InlineData("д", "л")]
    [InlineData("Σ", "Ω")]
    [InlineData("中", "国")]
    [InlineData("驗", "验")]
    [InlineData("か", "が")]
    [InlineData("ハ", "パ")]
    [InlineData("한", "글")]
    [InlineData("é", "e")]
    [InlineData("e\u0301", "e")]
    [InlineData("₂", "²")]
    public void Different_characters_look_different(string one, string other) =>
        Assert.NotEqual(Pictures.WithName(one), Pictures.WithName(other));

    [Theory]
    [InlineData("🚗", "U+1F697")]
    [InlineData("न", "U+0928")]
    [InlineData("\u202E", "U+202E")]
    [InlineData("a\nb", "aU+000Ab")]
    [InlineData("a\0b", "aU+0000b")]
    [InlineData("a\tb", "aU+0009b")]
    [InlineData("a\u2028b", "aU+2028b")]
    [InlineData("a\u200Bb", "aU+200Bb")]
    [InlineData("\uE000", "U+E000")]
    [InlineData("a\uD83Db", "aU+FFFDb")]
    public void What_has_no_glyph_or_no_shape_is_written_as_its_code_point(string name, string written)
    {
        using var font = new CaptionFont(20);
        var line = font.Line(name, 1000);

        Assert.InRange(line.WidthPixels, 0.79f * font.Line(written, 1000).WidthPixels, 1.1f * font.Line(written, 1000).WidthPixels);
    }

    [Fact]
    public void Two_characters_without_a_glyph_look_different()
    {
        Assert.NotEqual(Pictures.WithName("🚗"), Pictures.WithName("🚙"));
        Assert.NotEqual(Pictures.WithName("न"), Pictures.WithName("म"));
        Assert.NotEqual(Pictures.WithName("\u202Acar"), Pictures.WithName("\u202Ecar"));
    }

    [Fact]
    public void Every_character_is_drawn_and_none_as_the_typefaces_empty_box()
    {
        using var font = new CaptionFont(20);
        Gen.Int[0x21, 0x10FFFF].Where(code => code is < 0xD800 or > 0xDFFF).Sample(code =>
        {
            var line = font.Line(char.ConvertFromUtf32(code), 1000);
            Assert.True(line.Glyphs.All(glyph => glyph.Id != 0), $"U+{code:X4} is an empty box");
        });
    }

    [Theory]
    [InlineData("auto\u00ADmobil", "automobil")]
    [InlineData("می\u200Cخواهم", "میخواهم")]
    [InlineData("☂\uFE0F", "☂")]
    [InlineData("a\u00A0b", "a b")]
    [InlineData(" car\n", "car")]
    public void Signs_that_only_shape_their_neighbors_and_space_around_a_name_are_not_drawn(string name, string drawn) =>
        Assert.Equal(Pictures.WithName(drawn), Pictures.WithName(name));

    [Theory]
    [InlineData("GB 2312 行人自行车轿车卡车公交车")]
    [InlineData("Big5 腳踏車號誌燈龜鬱")]
    [InlineData("JIS 歩行者自転車働込峠")]
    [InlineData("ｶﾀｶﾅ ひらがな カタカナ ー、。「」")]
    [InlineData("보행자 자전거 뷁 똠방각하")]
    [InlineData("Пешеход Автомобіль Ђурађ")]
    [InlineData("Πεζός ποδήλατο")]
    [InlineData("Người đi bộ Ế Ł ß ø ı İ")]
    [InlineData("הולך רגל مركبة")]
    public void Names_of_many_languages_are_written_without_code_points(string name)
    {
        using var font = new CaptionFont(20);

        Assert.Equal(name.Length, font.Line(name, 10_000).Glyphs.Count);
    }

    [Fact]
    public void A_name_wider_than_the_picture_is_shortened_and_its_score_remains()
    {
        var name = new string('n', 200);

        Assert.Equal(Pictures.WithName(name, 0.25f), Pictures.WithName(name + "m", 0.25f));
        Assert.NotEqual(Pictures.WithName(name, 0.25f), Pictures.WithName(name, 0.75f));
        Assert.NotEqual(Pictures.WithName(name), Pictures.WithName(name[..40]));
    }

    [Fact]
    public void A_shortened_line_ends_with_an_ellipsis_or_begins_with_one_and_fits() =>
        Gen.Select(Gen.String[0, 600], Gen.Float[0, 500], Gen.Bool).Sample((text, room, keepEnd) =>
        {
            using var font = new CaptionFont(12);
            var whole = font.Line(text, float.PositiveInfinity);
            var ellipsis = font.Line("…", 100).Glyphs[0];

            var line = font.Line(text, room, keepEnd);

            Assert.True(line.WidthPixels <= room + 0.01f);
            var isWhole = text.Length <= 512 && whole.WidthPixels <= room;
            if (isWhole)
            {
                Assert.Equal(whole.Glyphs, line.Glyphs);
            }
            else if (!line.IsEmpty)
            {
                Assert.Equal(ellipsis.Id, line.Glyphs[keepEnd ? 0 : ^1].Id);
            }
        });

    [Fact]
    public void A_name_of_millions_of_characters_takes_no_longer_than_one_that_fills_the_picture()
    {
        Pictures.WithName("warm");
        var watch = Stopwatch.StartNew();
        Pictures.WithName(new string('中', 20_000_000));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 2);
    }

    [Fact]
    public void An_empty_name_leaves_the_score_and_without_score_there_is_no_caption()
    {
        using var image = Pictures.Plain(200, 100);
        var box = new Box(10, 50, 100, 90);
        using var alone = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "")]);
        using var scored = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "", 0.5f)]);
        using var blank = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, " \t")]);

        Assert.DoesNotContain(Pictures.Changed(alone), pixel => pixel.Y < 48);
        Assert.Contains(Pictures.Changed(scored), pixel => pixel.Y < 48);
        Assert.Equal(alone.Pixels.ToArray(), blank.Pixels.ToArray());
    }

    [Fact]
    public void Glyphs_higher_than_a_line_do_not_leave_the_plate()
    {
        int Top(string name)
        {
            using var image = Pictures.Plain(200, 100);
            using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(new Box(10, 50, 100, 90), 0, name)]);
            return Pictures.Changed(painted).Min(pixel => pixel.Y);
        }

        Assert.Equal(Top("car"), Top("│⎛Ẫ￼⃒⎟│"));
    }

    [Fact]
    public void Text_has_at_least_the_contrast_of_WCAG_AA_on_the_color_of_every_class()
    {
        for (var label = -1000; label < 10_000; label++)
        {
            var color = ClassColor.Of(label);
            var lighter = Math.Max(Luminance(color.Fill), Luminance(color.Text));
            var darker = Math.Min(Luminance(color.Fill), Luminance(color.Text));
            Assert.InRange((lighter + 0.05) / (darker + 0.05), 4.5, 21);
        }

        _ = ClassColor.Of(int.MaxValue);
        _ = ClassColor.Of(int.MinValue);
    }

    [Fact]
    public void The_colors_of_the_first_classes_differ()
    {
        var colors = Enumerable.Range(0, 50).Select(label => ClassColor.Of(label).Fill).ToArray();

        Assert.Distinct(colors);
    }

    private static double Luminance(SKColor color) =>
        0.2126 * Linear(color.Red) + 0.7152 * Linear(color.Green) + 0.0722 * Linear(color.Blue);

    private static double Linear(double channel) => channel <= 10 ? channel / 255 / 12.92 : Math.Pow((channel / 255 + 0.055) / 1.055, 2.4);
}
