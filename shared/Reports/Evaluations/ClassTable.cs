using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>The numbers of classes as a table; the first number has a bar.</summary>
internal static class ClassTable
{
    public static PageTable Of(MetricReport metric)
    {
        string[] names = [.. metric.Classes.SelectMany(entry => entry.Numbers.Keys).Distinct()];
        var whole = metric.Unit == MetricUnit.Percent ? 100 : 1;
        return new PageTable(
            $"{metric.Title}, by class",
            [new("class", IsNumber: false), new("objects"), .. names.Select(name => new PageColumn(name))],
            [.. metric.Classes.Select(entry => Row(entry, names, metric.Unit, whole))]);
    }

    public static PageTable Of(IReadOnlyDictionary<string, ClassAveragePrecision?> classes) => new(
        "COCO, by class",
        [new("class", IsNumber: false), new("objects"), new("AP"), new("AP50")],
        [.. classes.Select(entry => new PageCell[]
        {
            entry.Key,
            NumberText.Count(entry.Value?.Objects ?? 0),
            new(NumberText.Fraction(entry.Value?.Ap)) { Bar = entry.Value?.Ap ?? 0 },
            NumberText.Fraction(entry.Value?.Ap50),
        })]);

    private static PageCell[] Row(ClassNumbers entry, string[] names, MetricUnit unit, double whole)
    {
        var cells = new List<PageCell> { entry.Class, NumberText.Count(entry.Objects) };
        foreach (var name in names)
        {
            var value = entry.Numbers.GetValueOrDefault(name);
            var text = NumberText.Of(value, unit);
            cells.Add(name == names[0] ? new PageCell(text) { Bar = (value ?? 0) / whole } : text);
        }

        return [.. cells];
    }
}
