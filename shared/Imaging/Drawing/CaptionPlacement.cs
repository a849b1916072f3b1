using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>Finds places for captions at their boxes, inside the picture and where possible not over each other.</summary>
/// <param name="picture">The picture's width and height in pixels.</param>
internal sealed class CaptionPlacement(SKSizeI picture)
{
    private const int MaxAvoided = 1000;
    private readonly List<SKRectI> taken = [];

    /// <param name="box">The box as it is seen in the picture.</param>
    /// <param name="caption">The caption's width and height in pixels: at most the picture's width, at most a third of its height.</param>
    public SKRectI Place(SKRectI box, SKSizeI caption)
    {
        var left = Math.Min(box.Left, picture.Width - caption.Width);
        var right = Math.Max(0, box.Right - caption.Width);
        SKPointI[] corners =
        [
            new(left, box.Top - caption.Height),
            new(left, box.Top),
            new(right, box.Top - caption.Height),
            new(left, box.Bottom),
            new(right, box.Bottom),
            new(left, box.Bottom - caption.Height),
            new(right, box.Top),
        ];
        var inside = corners
            .Where(corner => corner.Y >= 0 && corner.Y + caption.Height <= picture.Height)
            .Select(corner => SKRectI.Create(corner, caption))
            .ToArray();
        var place = inside.FirstOrDefault(candidate => !taken.Exists(candidate.IntersectsWith), inside[0]);
        if (taken.Count < MaxAvoided)
        {
            taken.Add(place);
        }

        return place;
    }
}
