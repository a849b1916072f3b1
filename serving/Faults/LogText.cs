using System.Globalization;

namespace Pipeline.Serving.Faults;

/// <summary>Makes text from outside safe to write to a log line.</summary>
internal static class LogText
{
    private const char Unprintable = '?';

    /// <summary>The text with line breaks, control and formatting characters replaced, truncated to a maximum length.</summary>
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
