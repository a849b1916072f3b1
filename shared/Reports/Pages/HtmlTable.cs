using System.Text;

namespace Pipeline.Shared.Reports.Pages;

/// <summary>A table as HTML.</summary>
internal static class HtmlTable
{
    /// <summary>The table, in a region of its own that scrolls.</summary>
    public static string Of(PageTable table)
    {
        var caption = HtmlText.Encode(table.Caption);
        var html = new StringBuilder();
        html.Append($"<div class=\"scroll\" role=\"region\" tabindex=\"0\" aria-label=\"{caption}\">\n");
        html.Append(table.HasUprightHeadings ? "<table class=\"upright\">\n" : "<table>\n");
        html.Append($"<caption>{caption}</caption>\n<thead><tr>");
        foreach (var column in table.Columns)
        {
            html.Append($"<th scope=\"col\"{Class(column)}>{HtmlText.Name(column.Heading)}</th>");
        }

        html.Append("</tr></thead>\n<tbody>\n");
        foreach (var row in table.Rows)
        {
            html.Append("<tr>");
            for (var index = 0; index < table.Columns.Count; index++)
            {
                html.Append(index == 0 ? RowHeading(row[index]) : Cell(row[index], table.Columns[index]));
            }

            html.Append("</tr>\n");
        }

        return html.Append("</tbody>\n</table></div>\n").ToString();
    }

    private static string RowHeading(PageCell cell) => $"<th scope=\"row\">{HtmlText.Name(cell.Text)}</th>";

    private static string Cell(PageCell cell, PageColumn column)
    {
        var text = column.IsNumber ? HtmlText.Encode(cell.Text) : HtmlText.Name(cell.Text);
        if (cell.Bar is { } length)
        {
            var percent = HtmlText.Number(100 * Math.Clamp(length, 0, 1));
            return $"<td class=\"number bar\"><span class=\"length\" style=\"width:{percent}%\"></span><span>{text}</span></td>";
        }

        if (cell.Interval is { } interval)
        {
            return $"<td class=\"interval\">{Drawn(interval)}</td>";
        }

        if (cell.Heat is { } heat)
        {
            var percent = HtmlText.Number(100 * Math.Clamp(heat, 0, 1));
            return $"<td class=\"number {(cell.IsRight ? "heat right" : "heat")}\" style=\"--heat:{percent}%\">{text}</td>";
        }

        return $"<td{Class(column)}>{text}</td>";
    }

    /// <summary>The numbers stand in the row as text, so that this is for the eye alone.</summary>
    private static string Drawn(PageInterval interval)
    {
        var low = 100 * Math.Clamp(interval.Low, 0, 1);
        var width = Math.Max(0, 100 * Math.Clamp(interval.High, 0, 1) - low);
        var value = 100 * Math.Clamp(interval.Value, 0, 1);
        return "<div aria-hidden=\"true\"><span class=\"zero\"></span>"
            + $"<span class=\"range\" style=\"left:{HtmlText.Number(low)}%;width:{HtmlText.Number(width)}%\"></span>"
            + $"<span class=\"point\" style=\"left:{HtmlText.Number(value)}%\"></span></div>";
    }

    private static string Class(PageColumn column) => column.IsNumber ? " class=\"number\"" : "";
}
