using CsCheck;
using Pipeline.Shared.Imaging.Drawing;
using SkiaSharp;

namespace Pipeline.Shared.Tests.Imaging.Drawing;

public sealed class CaptionPlacementTests
{
    private static readonly Gen<(SKSizeI Picture, SKSizeI Caption, SKRectI[] Boxes)> Cases =
        from width in Gen.Int[10, 500]
        from height in Gen.Int[12, 500]
        from captionWidth in Gen.Int[1, width]
        from captionHeight in Gen.Int[1, height / 3]
        from boxes in BoxIn(width, height).Array[1, 30]
        select (new SKSizeI(width, height), new SKSizeI(captionWidth, captionHeight), boxes);

    [Fact]
    public void Captions_lie_inside_the_picture_and_touch_their_boxes() =>
        Cases.Sample(testCase =>
        {
            var placement = new CaptionPlacement(testCase.Picture);
            var picture = SKRectI.Create(testCase.Picture);
            foreach (var box in testCase.Boxes)
            {
                var place = placement.Place(box, testCase.Caption);

                Assert.Equal(testCase.Caption, place.Size);
                Assert.True(picture.Contains(place), $"{place} is not inside {picture}");
                Assert.True(place.IntersectsWithInclusive(box), $"{place} is away from {box}");
            }
        });

    [Fact]
    public void A_caption_stands_above_its_box_where_there_is_room_and_that_is_free()
    {
        var placement = new CaptionPlacement(new SKSizeI(200, 100));
        var box = SKRectI.Create(50, 40, 60, 30);

        var first = placement.Place(box, new SKSizeI(40, 10));
        var second = placement.Place(box, new SKSizeI(40, 10));
        var atTop = placement.Place(SKRectI.Create(150, 0, 40, 30), new SKSizeI(40, 10));

        Assert.Equal(SKRectI.Create(50, 30, 40, 10), first);
        Assert.False(first.IntersectsWith(second));
        Assert.Equal(SKRectI.Create(150, 0, 40, 10), atTop);
    }

    private static Gen<SKRectI> BoxIn(int width, int height) =>
        from left in Gen.Int[0, width - 1]
        from top in Gen.Int[0, height - 1]
        from right in Gen.Int[left + 1, width]
        from bottom in Gen.Int[top + 1, height]
        select new SKRectI(left, top, right, bottom);
}
