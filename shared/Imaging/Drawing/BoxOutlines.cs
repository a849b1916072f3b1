using Pipeline.Shared.Geometry;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>Draws the outlines of boxes: whole pixels, with a dark edge on both sides so that they are seen on any background.</summary>
internal sealed class BoxOutlines : IDisposable
{
    private static readonly SKColor Casing = new(0, 0, 0, 100);
    private readonly SKCanvas canvas;
    private readonly SKSizeI picture;
    private readonly DrawingSizes sizes;
    private readonly SKPathEffect dashes;
    private readonly SKPaint stroke;
    private readonly SKPaint fill = new();

    /// <param name="canvas">The picture's.</param>
    /// <param name="picture">The picture's width and height in pixels.</param>
    /// <param name="sizes">Sizes for such a picture.</param>
    public BoxOutlines(SKCanvas canvas, SKSizeI picture, DrawingSizes sizes)
    {
        this.canvas = canvas;
        this.picture = picture;
        this.sizes = sizes;
        dashes = SKPathEffect.CreateDash([4 * sizes.OutlinePixels, 3 * sizes.OutlinePixels], 0);
        stroke = new SKPaint { Style = SKPaintStyle.Stroke, PathEffect = dashes, IsAntialias = true };
    }

    /// <summary>The pixels that the outline of a box encloses, its own included; inside the picture.</summary>
    /// <returns>null when nothing of the box is seen, or it is inverted or NaN.</returns>
    public SKRectI? Seen(Box box)
    {
        if (!IsSeen(box.X1, box.X2, picture.Width) || !IsSeen(box.Y1, box.Y2, picture.Height))
        {
            return null;
        }

        return new SKRectI(
            left: First(box.X1, picture.Width),
            top: First(box.Y1, picture.Height),
            right: End(box.X2, picture.Width),
            bottom: End(box.Y2, picture.Height));
    }

    /// <summary>Draws the dark edges; of all boxes before any outline, so that no outline is darkened by its neighbor's edge.</summary>
    /// <param name="seen">From <see cref="Seen"/>.</param>
    /// <param name="isDashed">Whether the line is dashed.</param>
    public void DrawCasing(SKRectI seen, bool isDashed) => DrawLine(seen, Casing, sizes.CasingPixels, isDashed);

    /// <param name="seen">From <see cref="Seen"/>.</param>
    /// <param name="color">Of the line.</param>
    /// <param name="isDashed">Whether the line is dashed.</param>
    public void Draw(SKRectI seen, SKColor color, bool isDashed) => DrawLine(seen, color, edge: 0, isDashed);

    public void Dispose()
    {
        fill.Dispose();
        stroke.Dispose();
        dashes.Dispose();
    }

    private void DrawLine(SKRectI seen, SKColor color, int edge, bool isDashed)
    {
        var outline = sizes.OutlinePixels;
        var inside = Grown(seen, -outline - edge);
        var hasInside = inside.Width > 0 && inside.Height > 0;
        if (isDashed && hasInside)
        {
            stroke.Color = color;
            stroke.StrokeWidth = outline + 2 * edge;
            canvas.DrawRect(Grown(seen, -outline / 2f), stroke);
            return;
        }

        canvas.Save();
        if (hasInside)
        {
            canvas.ClipRect(inside, SKClipOperation.Difference);
        }

        fill.Color = color;
        canvas.DrawRect(Grown(seen, edge), fill);
        canvas.Restore();
    }

    private static SKRect Grown(SKRect rectangle, float pixels)
    {
        rectangle.Inflate(pixels, pixels);
        return rectangle;
    }

    /// <summary>A part of the extent lies in 0..length, or an extent of no length does.</summary>
    private static bool IsSeen(float from, float to, int length)
    {
        var overlap = Math.Min(to, length) - Math.Max(from, 0);
        return overlap > 0 || (overlap == 0 && from == to);
    }

    private int First(float edge, int length)
    {
        var inside = Math.Clamp(edge, 0, length);
        return Math.Clamp((int)MathF.Floor(inside - sizes.OutlinePixels / 2f + 0.5f), 0, length - sizes.OutlinePixels);
    }

    private int End(float edge, int length)
    {
        var inside = Math.Clamp(edge, 0, length);
        return Math.Clamp((int)MathF.Floor(inside + sizes.OutlinePixels / 2f + 0.5f), sizes.OutlinePixels, length);
    }
}
