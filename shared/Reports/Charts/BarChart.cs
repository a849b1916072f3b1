using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Charts;

/// <summary>Kinds of parts that bars are stacked of.</summary>
public enum BarPart
{
    /// <summary>What is right.</summary>
    Right,

    /// <summary>What is wrong.</summary>
    Wrong,

    /// <summary>What was not found.</summary>
    Missed,

    /// <summary>What was found.</summary>
    Found,
}

/// <param name="Label">Below the bar.</param>
/// <param name="Values">Of each part, from below.</param>
public sealed record ChartBar(string Label, IReadOnlyList<double> Values)
{
    /// <summary>Written above the bar; null: nothing.</summary>
    public string? Note { get; init; }
}

/// <summary>Bars side by side, each stacked of the same parts: a histogram.</summary>
/// <param name="title">What it shows.</param>
/// <param name="description">What is seen in it, in words.</param>
/// <param name="horizontal">Title of the horizontal axis.</param>
/// <param name="vertical">Title of the vertical axis.</param>
/// <param name="parts">What the bars are stacked of, from below, each with its name.</param>
/// <param name="bars">From left to right.</param>
public sealed class BarChart(
    string title,
    string description,
    string horizontal,
    string vertical,
    IReadOnlyList<(BarPart Part, string Name)> parts,
    IReadOnlyList<ChartBar> bars) : Chart(title, description)
{
    private const double Gap = 0.16;
    private const int MostLabels = 11;

    /// <summary>Whether labels stand at the left edges of the bars: where each begins.</summary>
    public bool LabelsAtEdges { get; init; }

    /// <inheritdoc />
    internal override IReadOnlyList<ChartKey> Keys => [.. parts.Select(part => new ChartKey(part.Name, Style(part.Part)))];

    /// <inheritdoc />
    internal override string Svg(string id)
    {
        var frame = ChartFrame.Large;
        var hasNotes = bars.Any(bar => bar.Note is not null);
        var axis = ChartAxis.FromZero(vertical, bars.Select(bar => bar.Values.Sum() * (hasNotes ? 1.08 : 1)));
        var svg = frame.Begin(this, id, axis);
        var width = 1.0 / Math.Max(1, bars.Count);
        for (var index = 0; index < bars.Count; index++)
        {
            var bar = bars[index];
            var x = HtmlText.Number(frame.X((index + Gap / 2) * width));
            var barWidth = HtmlText.Number(frame.InnerWidth * width * (1 - Gap));
            var below = 0.0;
            for (var part = 0; part < parts.Count; part++)
            {
                var height = frame.InnerHeight * axis.Part(bar.Values[part]);
                var y = frame.Y(axis.Part(below)) - height;
                below += bar.Values[part];
                if (height > 0)
                {
                    svg.Append($"<rect class=\"{Style(parts[part].Part)}\" x=\"{x}\" y=\"{HtmlText.Number(y)}\" ");
                    svg.Append($"width=\"{barWidth}\" height=\"{HtmlText.Number(height)}\"/>");
                }
            }

            if (bar.Note is { } note)
            {
                var middle = HtmlText.Number(frame.X((index + 0.5) * width));
                var y = HtmlText.Number(frame.Y(axis.Part(below)) - 3);
                svg.Append($"<text class=\"value\" x=\"{middle}\" y=\"{y}\" text-anchor=\"middle\">{HtmlText.Encode(note)}</text>");
            }

            svg.Append('\n');
        }

        var every = (bars.Count + MostLabels - 1) / MostLabels;
        var offset = LabelsAtEdges ? 0 : 0.5;
        var labels = bars.Select((bar, index) => (Part: (index + offset) * width, bar.Label));
        frame.AddHorizontalAxis(svg, horizontal, labels.Where((_, index) => every < 2 || index % every == 0));
        return svg.Append("</svg>\n").ToString();
    }

    private static string Style(BarPart part) => part switch
    {
        BarPart.Right => "fill-right",
        BarPart.Wrong => "fill-wrong",
        BarPart.Missed => "fill-missed",
        _ => "fill-found",
    };
}
