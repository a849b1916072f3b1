using System.Globalization;

namespace Pipeline.Serving.Faults;

/// <summary>Text from outside, made fit for a line of a log.</summary>
internal static class LogText
{
    private const char Unprintable = '?';

    /// <summary>The text without line breaks, control and formatting characters, cut where it is long.</summary>
    public static string OneLine(string text, int longest)
    {
        var shown = text.Length <= longest ? text : text[..longest] + "…";
        return string.Create(shown.Length, shown, (line, source) =>
        {
            for (var i = 0; i < line.Length; i++)
            {
                line[i] = IsPrintable(source[i]) ? source[i] : Unprintable;
            }
        });
    }

    private static bool IsPrintable(char character) => char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
