using System.Text;

namespace Pipeline.Shared.Reports;

/// <summary>Markdown of reports; text from files of others is escaped.</summary>
public static class MarkdownText
{
    private const string Special = "\\`*_[]<>|~&$";

    /// <summary>Text that Markdown shows as it is, on one line.</summary>
    public static string Escape(string text)
    {
        var escaped = new StringBuilder(text.Length);
        foreach (var character in text)
        {
            if (IsSyntax(character))
            {
                escaped.Append('\\');
            }

            escaped.Append(char.IsControl(character) ? ' ' : character);
        }

        return escaped.ToString();
    }

    /// <summary>A table; the first column holds names, the others numbers. Cells are escaped.</summary>
    public static string Table(IReadOnlyList<string> columns, IEnumerable<IReadOnlyList<string>> rows)
    {
        var text = new StringBuilder();
        text.Append(Row(columns)).Append("|---|").Append(string.Concat(Enumerable.Repeat("---:|", columns.Count - 1))).Append('\n');
        foreach (var row in rows)
        {
            text.Append(Row(row));
        }

        return text.ToString();
    }

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells.Select(Escape))} |\n";

    private static bool IsSyntax(char character) => Special.Contains(character);
}
