using System.Text;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Charts;

/// <summary>The picture of a chart: its size, its axes, and where numbers lie in it.</summary>
/// <param name="WidthUnits">Width; on a phone a unit is about a pixel.</param>
/// <param name="HeightUnits">Height.</param>
internal sealed record ChartFrame(int WidthUnits, int HeightUnits)
{
    private const int Right = 10;
    private const int Top = 8;

    /// <summary>For a chart that stands alone.</summary>
    public static ChartFrame Large { get; } = new(360, 240);

    /// <summary>For one of many; it has no titles at its axes.</summary>
    public static ChartFrame Small { get; } = new(150, 110) { Left = 26, Bottom = 16 };

    /// <summary>Room for the labels of the vertical axis.</summary>
    public int Left { get; init; } = 50;

    /// <summary>Room for the labels of the horizontal axis.</summary>
    public int Bottom { get; init; } = 40;

    /// <summary>Whether the axes have titles.</summary>
    public bool HasTitles => this != Small;

    /// <summary>Width between the axis and the right edge.</summary>
    public int InnerWidth => WidthUnits - Left - Right;

    /// <summary>Height between the upper edge and the axis.</summary>
    public int InnerHeight => HeightUnits - Top - Bottom;

    /// <summary>Where the horizontal axis lies.</summary>
    public int BaseY => HeightUnits - Bottom;

    /// <summary>Where a part of the width lies.</summary>
    public double X(double part) => Left + part * InnerWidth;

    /// <summary>Where a part of the height lies.</summary>
    public double Y(double part) => BaseY - part * InnerHeight;

    /// <summary>Begins a picture: what it shows, in words, the lines across it and the vertical axis.</summary>
    public StringBuilder Begin(Chart chart, string id, ChartAxis vertical)
    {
        var svg = new StringBuilder();
        svg.Append($"<svg viewBox=\"0 0 {WidthUnits} {HeightUnits}\" role=\"img\" aria-labelledby=\"{id}-title {id}-description\">\n");
        svg.Append($"<title id=\"{id}-title\">{HtmlText.Encode(chart.Title)}</title>\n");
        svg.Append($"<desc id=\"{id}-description\">{HtmlText.Encode(chart.Description)}</desc>\n");
        foreach (var tick in vertical.Ticks)
        {
            var y = HtmlText.Number(Y(vertical.Part(tick)));
            svg.Append($"<path class=\"rule\" d=\"M{Left} {y}H{WidthUnits - Right}\"/>");
            svg.Append($"<text x=\"{Left - 5}\" y=\"{y}\" dy=\"4\" text-anchor=\"end\">{vertical.Label(tick)}</text>\n");
        }

        if (HasTitles)
        {
            var middle = HtmlText.Number(Y(0.5));
            svg.Append($"<text x=\"11\" y=\"{middle}\" transform=\"rotate(-90 11 {middle})\" text-anchor=\"middle\">");
            svg.Append($"{HtmlText.Encode(vertical.Title)}</text>\n");
        }

        return svg;
    }

    /// <summary>The horizontal axis: its line, its ticks with their labels, and its title.</summary>
    /// <param name="svg">The picture.</param>
    /// <param name="title">Of the axis.</param>
    /// <param name="ticks">Parts of the width and what is written there.</param>
    public void AddHorizontalAxis(StringBuilder svg, string title, IEnumerable<(double Part, string Label)> ticks)
    {
        svg.Append($"<path class=\"axis\" d=\"M{Left} {BaseY}H{WidthUnits - Right}\"/>\n");
        foreach (var (part, label) in ticks)
        {
            var x = HtmlText.Number(X(part));
            svg.Append($"<path class=\"axis\" d=\"M{x} {BaseY}v4\"/>");
            svg.Append($"<text x=\"{x}\" y=\"{BaseY + 15}\" text-anchor=\"middle\">{HtmlText.Encode(label)}</text>\n");
        }

        if (HasTitles)
        {
            var middle = HtmlText.Number(X(0.5));
            svg.Append($"<text x=\"{middle}\" y=\"{HeightUnits - 6}\" text-anchor=\"middle\">{HtmlText.Encode(title)}</text>\n");
        }
    }
}
