namespace Pipeline.Shared.Text;

/// <summary>Text from a file inside a message, which is one line.</summary>
public static class OneLine
{
    /// <summary>The text with a space in place of each control character, such as a line break.</summary>
    public static string Of(string text) => text.Any(char.IsControl)
        ? string.Create(text.Length, text, Fill)
        : text;

    private static void Fill(Span<char> line, string text)
    {
        for (var i = 0; i < line.Length; i++)
        {
            line[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }
    }
}
