using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports.Charts;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>Precision over recall: all classes together, few classes over one another, many side by side.</summary>
internal static class CurveSections
{
    private const int OpenCharts = 24;
    private static readonly ChartAxis Recall = new("recall", 0, 1);
    private static readonly ChartAxis Precision = new("precision", 0, 1);

    public static void Add(ReportPage page, IReadOnlyList<MetricReport> metrics)
    {
        MetricReport[] drawn = [.. metrics.Where(metric => metric.Curves.Count > 0)];
        if (drawn.Length == 0)
        {
            return;
        }

        var section = page.Section("Precision and recall");
        section.Paragraph("Precision is the part of the detections that are right, recall the part of the objects that are found; a "
            + "curve runs from high scores to low ones.");
        foreach (var metric in drawn)
        {
            section.Subheading(metric.Title).Charts(Overlays(metric));
            AddMany(section, metric);
        }
    }

    private static IEnumerable<Chart> Overlays(MetricReport metric)
    {
        PrecisionRecallCurve[] means = [.. metric.Curves.Where(curve => curve.Class is null)];
        if (means.Length > 0)
        {
            yield return Overlay("All classes", [.. means.Select(curve => Line(curve.At, curve))]);
        }

        foreach (var group in metric.Curves.Where(curve => curve.Class is not null).GroupBy(curve => curve.At))
        {
            PrecisionRecallCurve[] classes = [.. group];
            var shown = Chosen(metric, classes);
            var title = shown.Length < classes.Length ? $"The {shown.Length} most frequent classes, {group.Key}" : $"By class, {group.Key}";
            yield return Overlay(title, [.. shown.Select(curve => Line(curve.Class!, curve))]);
        }
    }

    /// <summary>As many classes as can be told apart: those with the most objects.</summary>
    private static PrecisionRecallCurve[] Chosen(MetricReport metric, PrecisionRecallCurve[] classes)
    {
        if (classes.Length <= LineChart.Styles)
        {
            return classes;
        }

        var objects = metric.Classes.ToLookup(entry => entry.Class, entry => entry.Objects);
        return [.. classes.OrderByDescending(curve => objects[curve.Class!].FirstOrDefault()).Take(LineChart.Styles)];
    }

    private static void AddMany(PageSection section, MetricReport metric)
    {
        PrecisionRecallCurve[] all = [.. metric.Curves.Where(curve => curve.Class is not null)];
        if (all.Length == 0 || all.Count(curve => curve.At == all[0].At) <= LineChart.Styles)
        {
            return;
        }

        PrecisionRecallCurve[] classes = [.. all.Where(curve => curve.At == all[0].At)];
        var mean = metric.Curves.FirstOrDefault(curve => curve.Class is null && curve.At == all[0].At);
        Chart[] charts = [.. classes.Select(curve => Small(curve, mean))];
        if (charts.Length <= OpenCharts)
        {
            section.Charts(charts, areSmall: true);
            return;
        }

        section.Details($"Each of {charts.Length} classes, {all[0].At}", details => details.Charts(charts, areSmall: true));
    }

    private static LineChart Small(PrecisionRecallCurve curve, PrecisionRecallCurve? mean)
    {
        ChartLine[] pale = mean is null ? [] : [Line("all classes", mean) with { IsPale = true }];
        return new LineChart(
            curve.Class!,
            $"Precision over recall of {curve.Class}, {curve.At}. {InWords(curve)}",
            Recall,
            Precision,
            [.. pale, Line(curve.Class!, curve)])
        {
            IsSmall = true,
        };
    }

    private static LineChart Overlay(string title, ChartLine[] lines)
    {
        var names = string.Join(", ", lines.Select(line => line.Name));
        return new LineChart(title, $"Precision over recall: {names}.", Recall, Precision, lines);
    }

    private static ChartLine Line(string name, PrecisionRecallCurve curve) =>
        new(name, [.. curve.Recall.Zip(curve.Precision, (recall, precision) => new ChartPoint(recall, precision))]);

    private static string InWords(PrecisionRecallCurve curve) =>
        curve.Precision.Count == 0 ? "It has no point." : $"Mean precision {NumberText.Fraction(curve.Precision.Average())}.";
}
