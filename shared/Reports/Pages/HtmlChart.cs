using Pipeline.Shared.Reports.Charts;

namespace Pipeline.Shared.Reports.Pages;

/// <summary>A chart as a figure: its title and what its colors mean are text of the page, so that they are never too small.</summary>
internal static class HtmlChart
{
    /// <param name="chart">The chart.</param>
    /// <param name="id">Its name in the page.</param>
    public static string Of(Chart chart, string id)
    {
        var title = HtmlText.Name(chart.Title);
        return $"<figure class=\"chart\"><figcaption>{title}</figcaption>\n{chart.Svg(id)}{Legend(chart.Keys)}</figure>\n";
    }

    /// <summary>What colors mean.</summary>
    public static string Legend(IEnumerable<ChartKey> keys)
    {
        var items = string.Concat(keys.Select(key =>
            $"<li><span class=\"key {HtmlText.Encode(key.Style)}\"></span>{HtmlText.Name(key.Name)}</li>\n"));
        return items.Length == 0 ? "" : $"<ul class=\"legend\">\n{items}</ul>\n";
    }
}
