using SkiaSharp;

namespace Pipeline.Shared.Imaging;

/// <summary>
/// Captions in letters of 5 × 7 pixels, so that drawing needs no installed font. Lower case is drawn as upper case, an unknown letter
/// as '?'.
/// </summary>
internal static class PixelFont
{
    private const string Letters = " %-./0123456789:?ABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    private const int Columns = 5, Rows = 7, Advance = 6;

    /// <summary>Five columns per letter; the lowest bit is the top row.</summary>
    private static readonly byte[] Bits = Convert.FromHexString(
        "0000000000" + "2313086462" + "0808080808" + "0060600000" + "2010080402" + "3E5149453E" + "00427F4000" + "4261514946" +
        "2141454B31" + "1814127F10" + "2745454539" + "3C4A494930" + "0171090503" + "3649494936" + "064949291E" + "0036360000" +
        "0201510906" + "7E1111117E" + "7F49494936" + "3E41414122" + "7F4141221C" + "7F49494941" + "7F09090901" + "3E4149497A" +
        "7F0808087F" + "00417F4100" + "2040413F01" + "7F08142241" + "7F40404040" + "7F020C027F" + "7F0408107F" + "3E4141413E" +
        "7F09090906" + "3E4151215E" + "7F09192946" + "4649494931" + "01017F0101" + "3F4040403F" + "1F2040201F" + "3F4038403F" +
        "6314081463" + "0708700807" + "6151494543" + "4040404040");

    public static float Width(string text, float scale) => (text.Length * Advance - 1) * scale;

    public static float Height(float scale) => Rows * scale;

    /// <summary>Draws from the top-left corner given; <paramref name="scale"/> is the side of a dot in pixels.</summary>
    public static void Draw(SKCanvas canvas, string text, float x, float y, float scale, SKPaint paint)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var letter = Letters.IndexOf(char.ToUpperInvariant(text[i]), StringComparison.Ordinal);
            var first = Columns * (letter < 0 ? Letters.IndexOf('?', StringComparison.Ordinal) : letter);
            for (var column = 0; column < Columns; column++)
            {
                for (var row = 0; row < Rows; row++)
                {
                    if ((Bits[first + column] >> row & 1) != 0)
                    {
                        canvas.DrawRect(x + (i * Advance + column) * scale, y + row * scale, scale, scale, paint);
                    }
                }
            }
        }
    }
}
