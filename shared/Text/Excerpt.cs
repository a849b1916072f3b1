namespace Pipeline.Shared.Text;

/// <summary>What a message shows of a text that a user's file holds.</summary>
public static class Excerpt
{
    private const int MaxLength = 60;

    /// <param name="text">Any text.</param>
    /// <returns>Its beginning, on one line, in quotes: <c>'12 px'</c>.</returns>
    public static string Of(ReadOnlySpan<char> text) =>
        text.Length > MaxLength ? $"'{Line(text[..MaxLength])}…'" : $"'{Line(text)}'";

    /// <summary>The whole text, on one line: control characters become spaces.</summary>
    public static string Line(ReadOnlySpan<char> text)
    {
        var line = text.ToArray();
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = IsShown(line[i]) ? line[i] : ' ';
        }

        return new string(line);
    }

    private static bool IsShown(char character) => !char.IsControl(character) && character is not ('\u2028' or '\u2029');
}
