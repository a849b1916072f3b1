using System.Text;
using Pipeline.Shared.Evaluation.Analysis;

namespace Pipeline.Shared.Reports.Comparisons;

/// <summary>A comparison as Markdown: the tables of the page, without its pictures.</summary>
internal static class ComparisonMarkdown
{
    public static string Of(ComparisonReport report)
    {
        var text = new StringBuilder();
        text.Append($"# {ComparisonText.Title}\n\n{MarkdownText.Escape(ComparisonText.Lead(report))}\n");
        if (report.Comparisons.Count > 0)
        {
            text.Append($"\n{MarkdownText.Escape(ComparisonText.Method(report.Comparisons[0].Result.Options))}\n");
        }

        foreach (var comparison in report.Comparisons)
        {
            text.Append($"\n## {MarkdownText.Escape(comparison.Run.ToString())}\n\n");
            text.Append($"{MarkdownText.Escape(ComparisonText.Verdict(comparison))}\n\n");
            AppendTable(text, comparison.Result);
            AppendChanges(text, "better", comparison.Result.Better);
            AppendChanges(text, "worse", comparison.Result.Worse);
        }

        return text.ToString();
    }

    private static void AppendTable(StringBuilder text, PairedComparison comparison)
    {
        var table = DifferenceTable.Of(comparison);
        int[] shown = [.. Enumerable.Range(0, table.Columns.Count).Where(column => table.Rows.All(row => row[column].Interval is null))];
        text.Append(MarkdownText.Table(
            [.. shown.Select(column => table.Columns[column].Heading)],
            table.Rows.Select(row => shown.Select(column => row[column].Text).ToArray())));
    }

    private static void AppendChanges(StringBuilder text, string title, IReadOnlyList<ImageChange> changes)
    {
        if (changes.Count > 0)
        {
            text.Append($"\nWhat got {title}:\n\n");
            text.Append(string.Concat(changes.Select(change =>
                $"- {MarkdownText.Escape(change.ImageId)}: {MarkdownText.Escape(ComparisonText.Change(change))}\n")));
        }
    }
}
