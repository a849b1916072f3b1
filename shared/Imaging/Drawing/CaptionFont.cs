using System.Globalization;
using System.Text;
using SkiaSharp;

namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>The embedded typefaces at one size, and how a text becomes a line of their glyphs. For one thread; dispose it.</summary>
/// <remarks>
/// A character that both typefaces lack, and one without a shape of its own (a line feed, a bidirectional override), is drawn as its code
/// point in smaller letters: <c>U+1F697</c>. Characters stand in the order of the text, each in its basic form: right-to-left text is not
/// reversed, Arabic letters are not joined, and a combining mark lies over the letter before it.
/// </remarks>
internal sealed class CaptionFont : IDisposable
{
    private const int MaxCharacters = 512;
    private const float CodePointScale = 0.8f;
    private const int ZeroWidthNonJoiner = 0x200C, ZeroWidthJoiner = 0x200D, SoftHyphen = 0xAD;
    private readonly SKFont letters;
    private readonly SKFont ideographs;
    private readonly SKFont codePoints;
    private readonly CaptionGlyph ellipsis;
    private readonly CaptionGlyph space;
    private readonly CaptionGlyph thinSpace;

    public CaptionFont(float sizePixels)
    {
        SizePixels = sizePixels;
        letters = Unhinted(EmbeddedTypefaces.Shared.Letters, sizePixels);
        ideographs = Unhinted(EmbeddedTypefaces.Shared.Ideographs, sizePixels);
        codePoints = Unhinted(EmbeddedTypefaces.Shared.Letters, CodePointScale * sizePixels);
        space = Glyph(letters, letters.GetGlyph(' '));
        thinSpace = space with { AdvancePixels = space.AdvancePixels / 2 };
        ellipsis = Glyph(letters, letters.GetGlyph('…'));
    }

    /// <summary>Size of the em square.</summary>
    public float SizePixels { get; }

    /// <summary>Width of a space.</summary>
    public float SpacePixels => space.AdvancePixels;

    /// <summary>From the top of a line, accents included, to its baseline.</summary>
    public float AscentPixels => 0.96f * SizePixels;

    /// <summary>Height of a line, accents and descenders included.</summary>
    public int LinePixels => (int)MathF.Ceiling(1.2f * SizePixels);

    /// <summary>Lays out a text; what does not fit is replaced by an ellipsis.</summary>
    /// <param name="text">Any text; of a very long one only the part that is kept is looked at.</param>
    /// <param name="maxWidthPixels">The width that it may take.</param>
    /// <param name="keepEnd">Whether a text that is too long loses its beginning, not its end.</param>
    /// <returns>The line; empty when not even the ellipsis fits.</returns>
    public CaptionLine Line(string text, float maxWidthPixels, bool keepEnd = false)
    {
        var skipped = keepEnd ? Math.Max(0, text.Length - MaxCharacters) : 0;
        var glyphs = new List<CaptionGlyph>();
        foreach (var rune in text.AsSpan(skipped, Math.Min(text.Length, MaxCharacters)).EnumerateRunes())
        {
            Append(glyphs, rune);
        }

        var width = glyphs.Sum(glyph => glyph.AdvancePixels);
        if (text.Length > MaxCharacters || width > maxWidthPixels)
        {
            Shorten(glyphs, width, maxWidthPixels, keepEnd);
        }

        return new CaptionLine(glyphs);
    }

    public void Dispose()
    {
        letters.Dispose();
        ideographs.Dispose();
        codePoints.Dispose();
    }

    private void Append(List<CaptionGlyph> glyphs, Rune rune)
    {
        if (OnlyShapesItsNeighbors(rune))
        {
            return;
        }

        var category = Rune.GetUnicodeCategory(rune);
        if (category == UnicodeCategory.SpaceSeparator)
        {
            glyphs.Add(space);
            return;
        }

        var font = HasNoShape(category) ? null : FontWith(rune);
        if (font is not null)
        {
            glyphs.Add(Glyph(font, font.GetGlyph(rune.Value)));
            return;
        }

        AppendCodePoint(glyphs, rune);
    }

    private void AppendCodePoint(List<CaptionGlyph> glyphs, Rune rune)
    {
        glyphs.Add(thinSpace);
        foreach (var digit in string.Create(CultureInfo.InvariantCulture, $"U+{rune.Value:X4}"))
        {
            glyphs.Add(Glyph(codePoints, codePoints.GetGlyph(digit)));
        }

        glyphs.Add(thinSpace);
    }

    private void Shorten(List<CaptionGlyph> glyphs, float width, float maxWidth, bool keepEnd)
    {
        while (glyphs.Count > 0 && width + ellipsis.AdvancePixels > maxWidth)
        {
            var last = keepEnd ? 0 : glyphs.Count - 1;
            width -= glyphs[last].AdvancePixels;
            glyphs.RemoveAt(last);
        }

        if (ellipsis.AdvancePixels <= maxWidth)
        {
            glyphs.Insert(keepEnd ? 0 : glyphs.Count, ellipsis);
        }
    }

    private SKFont? FontWith(Rune rune)
    {
        if (letters.ContainsGlyph(rune.Value))
        {
            return letters;
        }

        return ideographs.ContainsGlyph(rune.Value) ? ideographs : null;
    }

    private static bool OnlyShapesItsNeighbors(Rune rune) =>
        rune.Value is ZeroWidthNonJoiner or ZeroWidthJoiner or SoftHyphen or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);

    private static bool HasNoShape(UnicodeCategory category) => category is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    private static CaptionGlyph Glyph(SKFont font, ushort id)
    {
        Span<float> advance = stackalloc float[1];
        font.GetGlyphWidths([id], advance, []);
        return new CaptionGlyph(font, id, advance[0]);
    }

    /// <summary>Without hinting and with linear metrics the outlines are those of the file, whatever the platform.</summary>
    private static SKFont Unhinted(SKTypeface typeface, float sizePixels) =>
        new(typeface, sizePixels) { Hinting = SKFontHinting.None, Subpixel = true, LinearMetrics = true };
}
