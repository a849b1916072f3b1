using CsCheck;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Imaging.Drawing;
using SkiaSharp;

namespace Pipeline.Shared.Tests.Imaging.Drawing;

public sealed class DetectionPainterTests
{
    [Fact]
    public void A_detection_is_outlined_and_named_and_the_rest_is_left_alone()
    {
        using var image = Pictures.Plain(120, 60);

        using var painted = DetectionPainter.Paint(image, [new Detection(0, 0.93f, new Box(20, 20, 60, 50))], ["Car"]);

        Assert.Equal(Pictures.Fill(0), Pictures.Pixel(painted, 40, 20));
        Assert.Equal(Pictures.Fill(0), Pictures.Pixel(painted, 20, 35));
        Assert.Contains(Enumerable.Range(20, 50), x => Pictures.Pixel(painted, x, 13).Max() < 60);   // letters of the caption
        Assert.False(Pictures.IsChanged(painted, 40, 35));
        Assert.False(Pictures.IsChanged(painted, 110, 55));
        Assert.All(image.Pixels.ToArray(), value => Assert.Equal(Pictures.Gray, value));
    }

    [Fact]
    public void Nothing_but_outlines_and_captions_is_changed() =>
        Gen.Select(Gen.Int[1, 200], Gen.Int[1, 200], Gen.Float[-50, 250], Gen.Float[-50, 250], Gen.Float[-5, 200], Gen.Float[-5, 200])
            .Sample((width, height, x, y, boxWidth, boxHeight) =>
            {
                var box = new Box(X1: x, Y1: y, X2: x + boxWidth, Y2: y + boxHeight);
                using var image = Pictures.Plain(width, height);
                using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(box, 1, "Car", 0.5f)]);
                var changed = Pictures.Changed(painted);

                var seen = new Box(
                    X1: Math.Clamp(box.X1, 0, width),
                    Y1: Math.Clamp(box.Y1, 0, height),
                    X2: Math.Clamp(box.X2, 0, width),
                    Y2: Math.Clamp(box.Y2, 0, height));
                var offOutline = changed.Where(pixel => DistanceToOutline(seen, pixel) > 2.5f).ToArray();
                if (offOutline.Length == 0)
                {
                    return;
                }

                var caption = Bounds(offOutline);
                Assert.InRange(caption.Height, 1, 14);
                Assert.InRange(caption.Width, 1, 52);
                Assert.True(caption.Left <= seen.X2 + 4 && caption.Right >= seen.X1 - 4, $"{caption} is far from {box}");
                Assert.True(caption.Top <= seen.Y2 + 4 && caption.Bottom >= seen.Y1 - 4, $"{caption} is far from {box}");
            });

    [Fact]
    public void Boxes_that_reach_out_of_the_image_are_outlined_along_its_border()
    {
        using var image = Pictures.Plain(40, 30);

        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(new Box(-50, -50, 500, 300), 1, "")]);

        var fill = Pictures.Fill(1);
        Assert.All(Enumerable.Range(0, 40), x => Assert.Equal(fill, Pictures.Pixel(painted, x, 0)));
        Assert.All(Enumerable.Range(0, 40), x => Assert.Equal(fill, Pictures.Pixel(painted, x, 29)));
        Assert.All(Enumerable.Range(0, 30), y => Assert.Equal(fill, Pictures.Pixel(painted, 0, y)));
        Assert.All(Enumerable.Range(0, 30), y => Assert.Equal(fill, Pictures.Pixel(painted, 39, y)));
        Assert.False(Pictures.IsChanged(painted, 20, 15));
    }

    [Theory]
    [InlineData(-20, 10, -1, 20)]
    [InlineData(-20, 10, 0, 20)]
    [InlineData(100, 10, 120, 20)]
    [InlineData(10, -20, 20, 0)]
    [InlineData(10, 101, 20, 120)]
    [InlineData(20, 10, 10, 20)]
    [InlineData(10, 20, 20, 10)]
    [InlineData(float.NaN, 10, 20, 20)]
    [InlineData(10, float.NaN, 20, 20)]
    [InlineData(10, 10, float.NaN, 20)]
    [InlineData(10, 10, 20, float.NaN)]
    [InlineData(float.PositiveInfinity, 10, float.PositiveInfinity, 20)]
    [InlineData(float.NegativeInfinity, 10, float.NegativeInfinity, 20)]
    public void Boxes_outside_inverted_or_not_a_number_are_not_drawn(float x1, float y1, float x2, float y2)
    {
        using var image = Pictures.Plain(100, 100);

        var box = new Box(X1: x1, Y1: y1, X2: x2, Y2: y2);
        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "Car", 1), DrawnBox.Truth(box), DrawnBox.Ignored(box)]);

        Assert.Empty(Pictures.Changed(painted));
    }

    [Theory]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(float.MinValue, float.MinValue, float.MaxValue, float.MaxValue)]
    public void Endless_boxes_are_drawn_along_the_border(float x1, float y1, float x2, float y2)
    {
        using var image = Pictures.Plain(100, 100);

        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(new Box(X1: x1, Y1: y1, X2: x2, Y2: y2), 0, "")]);

        Assert.Equal(Pictures.Fill(0), Pictures.Pixel(painted, 99, 50));
        Assert.False(Pictures.IsChanged(painted, 50, 50));
    }

    [Theory]
    [InlineData(50, 50, 50, 50, 1)]
    [InlineData(50, 30, 50, 70, 40)]
    [InlineData(0, 0, 0, 0, 1)]
    [InlineData(100, 100, 100, 100, 1)]
    public void A_box_without_area_is_a_line_or_a_dot(float x1, float y1, float x2, float y2, int fewestPixels)
    {
        using var image = Pictures.Plain(100, 100);

        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(new Box(X1: x1, Y1: y1, X2: x2, Y2: y2), 0, "")]);

        var fill = Pictures.Fill(0);
        var drawn = Pictures.Changed(painted).Count(pixel => Pictures.Pixel(painted, pixel.X, pixel.Y).SequenceEqual(fill));
        Assert.InRange(drawn, fewestPixels, fewestPixels + 3);
    }

    [Fact]
    public void Truth_is_dashed_white_and_ignored_regions_are_dashed_gray_and_neither_is_filled()
    {
        using var image = Pictures.Plain(200, 100);

        using var painted = DetectionPainter.Paint(
            image, [DrawnBox.Truth(new Box(10, 10, 90, 90)), DrawnBox.Ignored(new Box(110, 10, 190, 90))]);

        byte[][] truth = [.. Enumerable.Range(12, 75).Select(x => Pictures.Pixel(painted, x, 10))];
        byte[][] ignored = [.. Enumerable.Range(112, 75).Select(x => Pictures.Pixel(painted, x, 10))];
        Assert.InRange(truth.Count(pixel => pixel is [255, 255, 255]), 30, 55);
        Assert.InRange(truth.Count(pixel => pixel is [Pictures.Gray, Pictures.Gray, Pictures.Gray]), 10, 40);
        Assert.InRange(ignored.Count(pixel => pixel is [169, 169, 169]), 30, 55);
        Assert.InRange(ignored.Count(pixel => pixel is [Pictures.Gray, Pictures.Gray, Pictures.Gray]), 10, 40);
        Assert.False(Pictures.IsChanged(painted, 50, 50));
        Assert.False(Pictures.IsChanged(painted, 150, 50));
    }

    [Fact]
    public void Higher_scores_lie_above_lower_ones_and_objects_above_truth_whatever_the_order()
    {
        var box = new Box(10, 20, 90, 90);
        DrawnBox[] boxes =
        [
            DrawnBox.Object(box, 1, "a", 0.9f),
            DrawnBox.Truth(box),
            DrawnBox.Object(box, 2, "b", 0.2f),
            DrawnBox.Ignored(box),
        ];
        using var image = Pictures.Plain(100, 100);

        using var painted = DetectionPainter.Paint(image, boxes);
        using var reversed = DetectionPainter.Paint(image, boxes.Reverse());

        Assert.Equal(Pictures.Fill(1), Pictures.Pixel(painted, 90, 60));
        Assert.Equal(painted.Pixels.ToArray(), reversed.Pixels.ToArray());
    }

    [Fact]
    public async Task The_same_picture_comes_out_of_every_thread()
    {
        var expected = Pictures.WithName("Легковой автомобиль 行人 🚗", 0.5f);

        var others = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(_ => Task.Run(() => Pictures.WithName("Легковой автомобиль 行人 🚗", 0.5f))));

        Assert.All(others, pixels => Assert.Equal(expected, pixels));
    }

    [Theory]
    [InlineData(20, 12)]
    [InlineData(1, 1)]
    [InlineData(1000, 1)]
    [InlineData(3, 1000)]
    [InlineData(200, 41)]
    public void A_picture_too_small_for_a_caption_gets_the_outline_alone(int width, int height)
    {
        using var image = Pictures.Plain(width, height);
        var box = new Box(X1: 0, Y1: 0, X2: width, Y2: height);

        using var named = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "Car", 0.5f)]);
        using var unnamed = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "")]);

        Assert.Equal(unnamed.Pixels.ToArray(), named.Pixels.ToArray());
        Assert.NotEmpty(Pictures.Changed(named));
    }

    [Theory]
    [InlineData(20, 12, 1)]
    [InlineData(384, 128, 1)]
    [InlineData(1242, 375, 2)]
    [InlineData(4096, 3000, 7)]
    [InlineData(8000, 60, 1)]
    public void Outlines_are_thin_in_small_pictures_and_thicker_in_large_ones(int width, int height, int expected)
    {
        using var image = Pictures.Plain(width, height);
        var box = new Box(X1: 0.1f * width, Y1: 0.1f * height, X2: 0.9f * width, Y2: 0.9f * height);

        using var painted = DetectionPainter.Paint(image, [DrawnBox.Object(box, 0, "")]);

        var fill = Pictures.Fill(0);
        Assert.Equal(expected, Enumerable.Range(0, width / 2).Count(x => Pictures.Pixel(painted, x, height / 2).SequenceEqual(fill)));
        Assert.Equal(expected, Enumerable.Range(0, height / 2).Count(y => Pictures.Pixel(painted, width / 2, y).SequenceEqual(fill)));
    }

    /// <summary>Distance in pixels of a pixel's center to the outline of a box.</summary>
    private static float DistanceToOutline(Box box, SKPointI pixel)
    {
        var x = pixel.X + 0.5f;
        var y = pixel.Y + 0.5f;
        var horizontal = Math.Max(box.X1 - x, x - box.X2);
        var vertical = Math.Max(box.Y1 - y, y - box.Y2);
        return Math.Abs(Math.Max(horizontal, vertical));
    }

    private static SKRectI Bounds(SKPointI[] pixels) => new(
        left: pixels.Min(pixel => pixel.X),
        top: pixels.Min(pixel => pixel.Y),
        right: pixels.Max(pixel => pixel.X) + 1,
        bottom: pixels.Max(pixel => pixel.Y) + 1);
}
