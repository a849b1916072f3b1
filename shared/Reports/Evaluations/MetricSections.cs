using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>The numbers of all metrics, over all classes and for each.</summary>
internal static class MetricSections
{
    private const int LargeNumbers = 3;
    private const int OpenRows = 25;

    /// <summary>A card for each metric, with numbers if something was measured; where there is no metric, COCO's averages.</summary>
    public static void AddNumbers(PageSection section, EvaluationReport report)
    {
        if (report.Metrics.Count == 0)
        {
            section.Card("COCO", Averages(report), others: [], rules: [], note: null);
            return;
        }

        section.Grid(grid =>
        {
            foreach (var metric in report.Metrics)
            {
                var title = metric.Unit == MetricUnit.Percent ? $"{metric.Title} (percent)" : metric.Title;
                if (metric.NotMeasured is not null)
                {
                    grid.Card(title, [], others: [], rules: [], metric.NotMeasured);
                    continue;
                }

                var numbers = metric.Numbers.Select(number => new PageNumber(number.Key, NumberText.Of(number.Value, metric.Unit)));
                grid.Card(title, numbers.Take(LargeNumbers), numbers.Skip(LargeNumbers), metric.Rules, note: null);
            }
        });
    }

    /// <summary>COCO's averages, at the top of every report.</summary>
    public static IReadOnlyList<PageNumber> Averages(EvaluationReport report) =>
    [
        new("AP", NumberText.Fraction(report.Map)),
        new("AP50", NumberText.Fraction(report.Map50)),
        new("AP75", NumberText.Fraction(report.Map75)),
    ];

    /// <summary>A table of classes for each metric.</summary>
    public static void AddClasses(ReportPage page, EvaluationReport report)
    {
        var section = page.Section("Classes");
        foreach (var metric in report.Metrics.Where(metric => metric.Classes.Count > 0))
        {
            section.Subheading(metric.Title);
            AddTable(section, ClassTable.Of(metric));
        }

        if (report.Metrics.All(metric => metric.Classes.Count == 0))
        {
            AddTable(section, ClassTable.Of(report.PerClass));
        }
    }

    private static void AddTable(PageSection section, PageTable table)
    {
        if (table.Rows.Count <= OpenRows)
        {
            section.Table(table);
            return;
        }

        section.Details($"{NumberText.Count(table.Rows.Count)} classes", details => details.Table(table));
    }
}
