using System.Globalization;
using Pipeline.Shared.Geometry;
using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>Draws detections, and the ground truth if given, over an image.</summary>
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
        using var bitmap = ImageEncoder.ToBitmap(image);
        using var canvas = new SKCanvas(bitmap);
        var scale = Math.Max(1, MathF.Round(Math.Max(image.WidthPixels, image.HeightPixels) / 900f));
        using var outline = new SKPaint { Style = SKPaintStyle.Stroke, StrokeWidth = 1.5f * scale, IsAntialias = true };
        using var fill = new SKPaint();
        using (var dashes = SKPathEffect.CreateDash([4 * scale, 3 * scale], 0))
        {
            outline.Color = SKColors.White;
            outline.PathEffect = dashes;
            foreach (var box in truth ?? [])
            {
                canvas.DrawRect(box.X1, box.Y1, box.Width, box.Height, outline);
            }

            outline.PathEffect = null;
        }

        foreach (var found in detections.OrderBy(detection => detection.Score))
        {
            var color = Color(found.Label);
            outline.Color = color;
            canvas.DrawRect(found.Box.X1, found.Box.Y1, found.Box.Width, found.Box.Height, outline);
            var caption = string.Create(CultureInfo.InvariantCulture, $"{labels[found.Label]} {found.Score:F2}");
            var width = PixelFont.Width(caption, scale) + 4 * scale;
            var height = PixelFont.Height(scale) + 4 * scale;
            var x = Math.Clamp(found.Box.X1, 0, Math.Max(0, image.WidthPixels - width));
            var y = found.Box.Y1 >= height ? found.Box.Y1 - height : Math.Min(found.Box.Y1, Math.Max(0, image.HeightPixels - height));
            fill.Color = color;
            canvas.DrawRect(x, y, width, height, fill);
            fill.Color = SKColors.Black;
            PixelFont.Draw(canvas, caption, x + 2 * scale, y + 2 * scale, scale, fill);
        }

        canvas.Flush();
        return ImageEncoder.FromBitmap(bitmap);
    }

    /// <summary>Bright colors that differ for adjacent labels: steps of the golden angle around the color wheel.</summary>
    private static SKColor Color(int label) => SKColor.FromHsv((float)(90 + label * 137.508) % 360, 75, 100);
}
