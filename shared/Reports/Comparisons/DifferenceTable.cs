using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Comparisons;

/// <summary>Differences in AP with their intervals, over all classes and for each.</summary>
internal static class DifferenceTable
{
    private const double LeastScale = 0.01;

    public static PageTable Of(PairedComparison comparison)
    {
        var rows = comparison.PerClass.Select(entry => (Name: entry.Key, Difference: entry.Value)).Prepend(("all classes", comparison.Map));
        (string Name, ApDifference? Difference)[] all = [.. rows];
        var scale = all.Select(row => Reach(row.Difference)).Append(LeastScale).Max();
        return new PageTable(
            "Difference in AP, IoU 0.50 to 0.95",
            [
                new("class", IsNumber: false), new("baseline"), new("this run"), new("difference"), new("interval"),
                new("around 0", IsNumber: false), new("outcome", IsNumber: false),
            ],
            [.. all.Select(row => Row(row.Name, row.Difference, scale))]);
    }

    private static PageCell[] Row(string name, ApDifference? difference, double scale)
    {
        if (difference is null)
        {
            return [name, NumberText.None, NumberText.None, NumberText.None, NumberText.None, "", "no object"];
        }

        double Place(double value) => 0.5 + value / (2 * scale);
        return
        [
            name,
            NumberText.Fraction(difference.First),
            NumberText.Fraction(difference.Second),
            NumberText.Difference(difference.Difference),
            ComparisonText.Interval(difference),
            new("")
            {
                Interval = new PageInterval(Place(difference.Low), Place(difference.Difference), Place(difference.High)),
            },
            ComparisonText.Outcome(difference).ToLowerInvariant(),
        ];
    }

    private static double Reach(ApDifference? difference) => difference is null
        ? 0
        : Math.Max(Math.Abs(difference.Difference), Math.Max(Math.Abs(difference.Low), Math.Abs(difference.High)));
}
