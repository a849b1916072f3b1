using System.Globalization;
using System.Text;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Names out of files, as a terminal may show them.</summary>
internal static class NameText
{
    /// <summary>The text with what moves a cursor or cannot be seen written as an escape, so that it stays on its line.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            escaped.Append(IsSeen(character) ? character.ToString() : Escape(character));
        }

        return escaped.ToString();
    }

    private static string Escape(char character) => character switch
    {
        '\n' => "\\n",
        '\r' => "\\r",
        '\t' => "\\t",
        _ => $"\\u{(int)character:x4}",
    };

    private static bool IsSeen(char character) => char.GetUnicodeCategory(character) is not (
        UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
