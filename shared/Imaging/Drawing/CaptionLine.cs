using System.Runtime.InteropServices;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>A line of text, laid out by a <see cref="CaptionFont"/>; it may be drawn until that is disposed.</summary>
/// <param name="glyphs">From left to right.</param>
internal sealed class CaptionLine(List<CaptionGlyph> glyphs)
{
    /// <summary>From left to right.</summary>
    public IReadOnlyList<CaptionGlyph> Glyphs => glyphs;

    /// <summary>Sum of the glyphs' advances.</summary>
    public float WidthPixels { get; } = glyphs.Sum(glyph => glyph.AdvancePixels);

    /// <summary>Whether there is nothing to draw.</summary>
    public bool IsEmpty => glyphs.Count == 0;

    /// <summary>Fills the outlines of the glyphs: text drawn as text depends on the platform, and is paler when small.</summary>
    /// <param name="canvas">Where to draw.</param>
    /// <param name="x">Left end.</param>
    /// <param name="baseline">Height of the baseline.</param>
    /// <param name="paint">The color.</param>
    public void Draw(SKCanvas canvas, float x, float baseline, SKPaint paint)
    {
        Span<ushort> ids = stackalloc ushort[64];
        Span<SKPoint> positions = stackalloc SKPoint[64];
        for (var first = 0; first < glyphs.Count;)
        {
            var font = glyphs[first].Font;
            var count = 0;
            while (count < ids.Length && first + count < glyphs.Count && ReferenceEquals(glyphs[first + count].Font, font))
            {
                ids[count] = glyphs[first + count].Id;
                positions[count] = new SKPoint(x, baseline);
                x += glyphs[first + count].AdvancePixels;
                count++;
            }

            using var path = font.GetTextPath(MemoryMarshal.AsBytes(ids[..count]), SKTextEncoding.GlyphId, positions[..count]);
            canvas.DrawPath(path, paint);
            first += count;
        }
    }
}
