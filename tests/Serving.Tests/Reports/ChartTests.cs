using System.Xml.Linq;
using Pipeline.Shared.Reports.Charts;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Serving.Tests.Reports;

public sealed class ChartTests
{
    [Fact]
    public void Numbers_that_are_not_finite_are_left_out_and_those_beyond_the_axes_stay_in_the_picture()
    {
        var axis = new ChartAxis("x", 0, 1);
        ChartPoint[] points = [new(0, double.NaN), new(-5, 0.5), new(0.5, double.PositiveInfinity), new(1, 7)];

        var svg = Drawn(new LineChart("title", "words", axis, axis, [new ChartLine("a", points)]));

        var line = svg.Descendants("polyline").Single().Attribute("points")!.Value;
        Assert.Equal("50,104 350,8", line);
    }

    [Fact]
    public void An_axis_of_counts_ends_at_a_round_number_above_the_highest_bar()
    {
        var chart = new BarChart("t", "d", "x", "y", [(BarPart.Found, "found")], [new ChartBar("a", [37]), new ChartBar("b", [0])]);

        var svg = Drawn(chart);

        Assert.Equal(["0", "10", "20", "30", "40"], svg.Descendants("text").Select(text => text.Value).Take(5));
        Assert.Single(svg.Descendants("rect"));
    }

    [Fact]
    public void A_chart_of_nothing_is_an_empty_picture()
    {
        var nothing = ChartAxis.FromZero("y", []);

        Assert.Empty(Drawn(new LineChart("t", "d", nothing, nothing, [new ChartLine("a", [])])).Descendants("polyline"));
        Assert.Empty(Drawn(new BarChart("t", "d", "x", "y", [(BarPart.Right, "right")], [])).Descendants("rect"));
    }

    [Fact]
    public void A_reader_who_does_not_see_it_is_told_what_it_shows()
    {
        var axis = new ChartAxis("x", 0, 1);

        var svg = Drawn(new LineChart("<title>", "words & more", axis, axis, []));

        Assert.Equal("<title>", svg.Descendants("title").Single().Value);
        Assert.Equal("words & more", svg.Descendants("desc").Single().Value);
        Assert.Equal("img", svg.Descendants("svg").Single().Attribute("role")!.Value);
    }

    private static XElement Drawn(Chart chart)
    {
        var page = new ReportPage("page", "lead");
        page.Section("charts").Charts([chart]);
        var html = page.Finish();
        var start = html.IndexOf("<svg", StringComparison.Ordinal);
        var end = html.IndexOf("</svg>", StringComparison.Ordinal) + "</svg>".Length;
        return new XElement("figure", XElement.Parse(html[start..end]));
    }
}
