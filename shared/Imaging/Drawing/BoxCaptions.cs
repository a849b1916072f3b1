using System.Globalization;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>Draws names and scores of boxes, each on a plate in the color of its class; a line is laid out once per name.</summary>
internal sealed class BoxCaptions : IDisposable
{
    /// <summary>In a picture of fewer lines a caption would hide what it names.</summary>
    private const int LinesPerPicture = 3;
    private const int FewestLetters = 2;
    private readonly SKCanvas canvas;
    private readonly SKSizeI picture;
    private readonly CaptionFont font;
    private readonly CaptionPlacement placement;
    private readonly Dictionary<(string Text, float Room), CaptionLine> lines = [];
    private readonly List<Plate> plates = [];
    private readonly int padding;

    /// <param name="canvas">The picture's.</param>
    /// <param name="picture">The picture's width and height in pixels.</param>
    /// <param name="sizes">Sizes for such a picture.</param>
    public BoxCaptions(SKCanvas canvas, SKSizeI picture, DrawingSizes sizes)
    {
        this.canvas = canvas;
        this.picture = picture;
        font = new CaptionFont(sizes.TextPixels);
        placement = new CaptionPlacement(picture);
        padding = (int)MathF.Ceiling(sizes.TextPixels / 6);
    }

    /// <summary>Finds the place for a caption. Those added earlier choose first, and lie above later ones without a free place.</summary>
    /// <param name="box">The object.</param>
    /// <param name="seen">Where it is seen in the picture.</param>
    public void Add(DrawnBox box, SKRectI seen)
    {
        var room = picture.Width - 2 * padding;
        if (LinesPerPicture * font.LinePixels > picture.Height || room < FewestLetters * font.SizePixels)
        {
            return;
        }

        var name = box.ClassName.Trim();
        var score = Line(box.Score?.ToString("F2", CultureInfo.InvariantCulture) ?? "", room);
        var gap = name.Length == 0 || score.IsEmpty ? 0 : font.SpacePixels;
        var nameRoom = room - score.WidthPixels - gap;
        if (name.Length > 0 && nameRoom < FewestLetters * font.SizePixels)
        {
            score = Line("", room);
            gap = 0;
            nameRoom = room;
        }

        var label = Line(name, nameRoom);
        if (label.IsEmpty && score.IsEmpty)
        {
            return;
        }

        var width = (int)MathF.Ceiling(label.WidthPixels + gap + score.WidthPixels) + 2 * padding;
        var place = placement.Place(seen, new SKSizeI(Math.Min(width, picture.Width), font.LinePixels));
        plates.Add(new Plate(place, label, score, gap, box.OutcomeColor ?? ClassColor.Of(box.ClassIndex)));
    }

    /// <summary>Draws what was added.</summary>
    public void Draw()
    {
        using var paint = new SKPaint { IsAntialias = true };
        foreach (var plate in Enumerable.Reverse(plates))
        {
            canvas.Save();
            canvas.ClipRect(plate.Place);
            paint.Color = plate.Color.Fill;
            canvas.DrawRect(plate.Place, paint);
            paint.Color = plate.Color.Text;
            var x = plate.Place.Left + padding;
            var baseline = plate.Place.Top + MathF.Round(font.AscentPixels);
            plate.Name.Draw(canvas, x, baseline, paint);
            plate.Score.Draw(canvas, x + plate.Name.WidthPixels + plate.GapPixels, baseline, paint);
            canvas.Restore();
        }
    }

    public void Dispose() => font.Dispose();

    private CaptionLine Line(string text, float room)
    {
        if (!lines.TryGetValue((text, room), out var line))
        {
            line = font.Line(text, room);
            lines.Add((text, room), line);
        }

        return line;
    }

    private sealed record Plate(SKRectI Place, CaptionLine Name, CaptionLine Score, float GapPixels, ClassColor Color);
}
