using Pipeline.Shared.Geometry;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>Draws boxes with the names of their classes over an image.</summary>
public static class DetectionPainter
{
    /// <param name="image">The picture; it is not changed.</param>
    /// <param name="detections">Boxes in its pixels; drawn in the color of their class, with class and score.</param>
    /// <param name="labels">Names of the classes.</param>
    /// <param name="truth">Ground-truth boxes; drawn dashed and white.</param>
    /// <returns>The annotated picture; dispose it.</returns>
    public static RgbImage Paint(
        RgbImage image,
        IEnumerable<Detection> detections,
        IReadOnlyList<string> labels,
        IEnumerable<Box>? truth = null)
    {
        var found = detections.Select(detection =>
            DrawnBox.Object(detection.Box, detection.Label, labels[detection.Label], detection.Score));
        return Paint(image, found.Concat((truth ?? []).Select(DrawnBox.Truth)));
    }

    /// <param name="image">The picture; it is not changed.</param>
    /// <param name="boxes">
    /// What to draw, in any order: ignored regions lie below truth, truth below objects, and objects of higher score above others.
    /// </param>
    /// <returns>The annotated picture; dispose it.</returns>
    public static RgbImage Paint(RgbImage image, IEnumerable<DrawnBox> boxes)
    {
        using var bitmap = ImageEncoder.ToBitmap(image);
        Paint(bitmap, boxes);
        return ImageEncoder.FromBitmap(bitmap);
    }

    /// <summary>Draws into a picture.</summary>
    internal static void Paint(SKBitmap bitmap, IEnumerable<DrawnBox> boxes)
    {
        using var canvas = new SKCanvas(bitmap);
        var picture = bitmap.Info.Size;
        var sizes = DrawingSizes.Of(picture.Width, picture.Height);
        using var outlines = new BoxOutlines(canvas, picture, sizes);
        using var captions = new BoxCaptions(canvas, picture, sizes);
        List<(DrawnBox Box, SKRectI Seen)> entries = [];
        foreach (var box in boxes.OrderBy(box => box.Kind).ThenBy(box => box.Score))
        {
            if (outlines.Seen(box.Box) is { } seen)
            {
                entries.Add((box, seen));
                outlines.DrawCasing(seen, IsDashed(box));
            }
        }

        foreach (var (box, seen) in entries)
        {
            outlines.Draw(seen, OutlineColor(box), IsDashed(box));
        }

        foreach (var (box, seen) in Enumerable.Reverse(entries).Where(entry => HasCaption(entry.Box)))
        {
            captions.Add(box, seen);
        }

        captions.Draw();
        canvas.Flush();
    }

    private static bool IsDashed(DrawnBox box) => box.Kind != DrawnBoxKind.Object;

    private static bool HasCaption(DrawnBox box) => box.Kind is DrawnBoxKind.Object or DrawnBoxKind.Missed;

    private static SKColor OutlineColor(DrawnBox box) => box.Kind switch
    {
        DrawnBoxKind.Ignored => SKColors.DarkGray,
        DrawnBoxKind.Truth => SKColors.White,
        _ => (box.OutcomeColor ?? ClassColor.Of(box.ClassIndex)).Fill,
    };
}
