using System.Text;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Charts;

/// <summary>A line of a chart.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Points">From left to right; numbers that are not finite are left out.</param>
public sealed record ChartLine(string Name, IReadOnlyList<ChartPoint> Points)
{
    /// <summary>Whether it is drawn pale, for comparison with the others.</summary>
    public bool IsPale { get; init; }

    /// <summary>Whether its points are marked.</summary>
    public bool HasDots { get; init; }
}

/// <param name="X">Along the horizontal axis.</param>
/// <param name="Y">Along the vertical axis.</param>
public readonly record struct ChartPoint(double X, double Y);

/// <summary>Lines over an axis of numbers; at most eight can be told apart.</summary>
/// <param name="title">What it shows.</param>
/// <param name="description">What is seen in it, in words.</param>
/// <param name="horizontal">The horizontal axis.</param>
/// <param name="vertical">The vertical axis.</param>
/// <param name="lines">The lines; later ones lie above earlier ones.</param>
public sealed class LineChart(
    string title, string description, ChartAxis horizontal, ChartAxis vertical, IReadOnlyList<ChartLine> lines) : Chart(title, description)
{
    /// <summary>How many lines have a style of their own.</summary>
    public const int Styles = 8;

    /// <summary>Whether it is one of many.</summary>
    public bool IsSmall { get; init; }

    /// <inheritdoc />
    internal override IReadOnlyList<ChartKey> Keys =>
        lines.Count < 2 || IsSmall ? [] : [.. lines.Select((line, index) => new ChartKey(line.Name, Style(index)))];

    /// <inheritdoc />
    internal override string Svg(string id)
    {
        var frame = IsSmall ? ChartFrame.Small : ChartFrame.Large;
        var svg = frame.Begin(this, id, vertical);
        frame.AddHorizontalAxis(svg, horizontal.Title, horizontal.Ticks.Select(tick => (horizontal.Part(tick), horizontal.Label(tick))));
        for (var index = 0; index < lines.Count; index++)
        {
            AddLine(svg, frame, lines[index], Style(index));
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Pale lines take none of the styles.</summary>
    private string Style(int index)
    {
        var before = lines.Take(index).Count(line => !line.IsPale);
        return lines[index].IsPale ? "pale" : $"s{before % Styles}";
    }

    private void AddLine(StringBuilder svg, ChartFrame frame, ChartLine line, string style)
    {
        var points = Thinned([.. line.Points
            .Where(point => double.IsFinite(point.X) && double.IsFinite(point.Y))
            .Select(point => (X: frame.X(horizontal.Part(point.X)), Y: frame.Y(vertical.Part(point.Y))))]);
        if (points.Count == 0)
        {
            return;
        }

        var path = string.Join(" ", points.Select(point => $"{Short(point.X)},{Short(point.Y)}"));
        svg.Append($"<polyline class=\"line {style}\" points=\"{path}\"/>\n");
        if (line.HasDots || points.Count == 1)
        {
            svg.Append(string.Concat(points.Select(point =>
                $"<circle class=\"dot {style}\" cx=\"{Short(point.X)}\" cy=\"{Short(point.Y)}\" r=\"2.5\"/>")));
        }
    }

    /// <summary>Without points that lie on the straight level between their neighbors: curves of precision have many.</summary>
    private static List<(double X, double Y)> Thinned(List<(double X, double Y)> points)
    {
        var kept = new List<(double X, double Y)>();
        for (var index = 0; index < points.Count; index++)
        {
            var isInner = index > 0 && index < points.Count - 1;
            var isLevel = isInner && points[index - 1].Y == points[index].Y && points[index].Y == points[index + 1].Y;
            if (!isLevel)
            {
                kept.Add(points[index]);
            }
        }

        return kept;
    }

    private static string Short(double value) => HtmlText.Number(Math.Round(value, 1));
}
