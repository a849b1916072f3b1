using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>
/// Pictures with their boxes in a grid, each with a title below: as many columns as rows, or one more. Every picture is scaled into a
/// square cell, its aspect kept; a row is as high as its highest picture. For one thread; dispose it.
/// </summary>
public sealed class ContactSheet : IDisposable
{
    /// <summary>Most pictures of a sheet, which has then at most 33 megapixels.</summary>
    public const int MaxPictures = 1000;

    private const int SheetWidthPixels = 2400;
    private const int SmallestCellPixels = 160;
    private const int LargestCellPixels = 1200;
    private const int LargestMagnification = 4;
    private const int GapPixels = 8;
    private readonly int pictures;
    private readonly int columns;
    private readonly int cellPixels;
    private readonly CaptionFont titleFont;
    private readonly List<Cell> cells = [];

    /// <param name="pictures">How many pictures will be added at most; more make smaller cells.</param>
    /// <exception cref="ArgumentOutOfRangeException">The number is not in 1..<see cref="MaxPictures"/>.</exception>
    public ContactSheet(int pictures)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(pictures, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(pictures, MaxPictures);
        this.pictures = pictures;
        columns = (int)Math.Ceiling(Math.Sqrt(pictures));
        cellPixels = Math.Clamp(SheetWidthPixels / columns, SmallestCellPixels, LargestCellPixels);
        titleFont = new CaptionFont(DrawingSizes.Of(cellPixels, cellPixels).TextPixels);
    }

    /// <summary>Adds a picture, from left to right and from the top. Only its scaled copy is kept.</summary>
    /// <param name="image">The picture; it may be disposed afterwards.</param>
    /// <param name="boxes">Boxes in its pixels.</param>
    /// <param name="title">Shown below it, for example the image's id; one that is too long loses its beginning.</param>
    /// <exception cref="InvalidOperationException">The sheet is full.</exception>
    public void Add(RgbImage image, IEnumerable<DrawnBox> boxes, string title)
    {
        if (cells.Count == pictures)
        {
            throw new InvalidOperationException($"The sheet already has its {pictures} pictures.");
        }

        var longer = Math.Max(image.WidthPixels, image.HeightPixels);
        var scale = Math.Min((float)cellPixels / longer, LargestMagnification);
        var width = Math.Max(1, (int)MathF.Round(scale * image.WidthPixels));
        var height = Math.Max(1, (int)MathF.Round(scale * image.HeightPixels));
        var scaleX = (float)width / image.WidthPixels;
        var scaleY = (float)height / image.HeightPixels;
        var scaled = ScaledPicture.Bitmap(image, width, height);
        cells.Add(new Cell(scaled, title));
        DetectionPainter.Paint(scaled, boxes.Select(box => box with { Box = ScaledPicture.Scaled(box.Box, scaleX, scaleY) }));
    }

    /// <summary>Puts the sheet together.</summary>
    /// <returns>The sheet, on white; dispose it.</returns>
    /// <exception cref="InvalidOperationException">No picture was added.</exception>
    public RgbImage Finish()
    {
        if (cells.Count == 0)
        {
            throw new InvalidOperationException("The sheet has no picture.");
        }

        var rows = cells.Chunk(columns).ToArray();
        var width = Math.Min(columns, cells.Count) * (cellPixels + GapPixels) + GapPixels;
        var height = rows.Sum(HeightOf) + GapPixels;
        using var sheet = new SKBitmap(new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Opaque));
        using var canvas = new SKCanvas(sheet);
        canvas.Clear(SKColors.White);
        var top = GapPixels;
        foreach (var row in rows)
        {
            DrawRow(canvas, row, top);
            top += HeightOf(row);
        }

        canvas.Flush();
        return ImageEncoder.FromBitmap(sheet);
    }

    /// <summary>Frees the scaled pictures.</summary>
    public void Dispose()
    {
        cells.ForEach(cell => cell.Picture.Dispose());
        titleFont.Dispose();
    }

    private int HeightOf(Cell[] row) => row.Max(cell => cell.Picture.Height) + titleFont.LinePixels + GapPixels;

    private void DrawRow(SKCanvas canvas, Cell[] row, int top)
    {
        using var paint = new SKPaint { IsAntialias = true, Color = SKColors.Black };
        var left = GapPixels;
        foreach (var cell in row)
        {
            canvas.DrawBitmap(cell.Picture, left, top, SKSamplingOptions.Default);
            var baseline = top + cell.Picture.Height + MathF.Round(titleFont.AscentPixels);
            titleFont.Line(cell.Title, cellPixels, keepEnd: true).Draw(canvas, left, baseline, paint);
            left += cellPixels + GapPixels;
        }
    }

    private sealed record Cell(SKBitmap Picture, string Title);
}
