using System.Globalization;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary>Prints the report of an evaluation for people.</summary>
internal static class EvaluationTable
{
    /// <summary>Prints COCO's numbers by class and over all, those of every metric with its rules, and the speed.</summary>
    public static void Print(EvaluationReport report)
    {
        var table = new Table().AddColumns("class", "objects", "AP", "AP50");
        foreach (var (name, value) in report.PerClass)
        {
            var objects = value?.Objects ?? 0;
            table.AddRow(
                Markup.Escape(name),
                objects.ToString(CultureInfo.InvariantCulture),
                MeasuredText.Fraction(value?.Ap),
                MeasuredText.Fraction(value?.Ap50));
        }

        AnsiConsole.Write(table.AddRow("all", "", MeasuredText.Fraction(report.Map), MeasuredText.Fraction(report.Map50)));
        foreach (var metric in report.Metrics)
        {
            Print(metric);
        }

        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Images} images in {report.Seconds:F1} s ({report.ImagesPerSecond:F1} images/s), {report.Precision}"));
    }

    private static void Print(MetricReport metric)
    {
        Console.WriteLine(metric.NotMeasured is { } reason ? $"{metric.Title}: not measured, {reason}" : metric.Title);
        if (metric.NotMeasured is null)
        {
            var numbers = metric.Numbers.Select(number => $"{number.Key} {MeasuredText.Of(number.Value, metric.Unit)}");
            Console.WriteLine("  " + string.Join("  ", numbers));
            var rules = metric.Rules.Select(rule => (rule.Key, Value: rule.Value.Split(": ")[0])).Where(rule => IsShort(rule.Value));
            Console.WriteLine("  rules: " + string.Join(", ", rules.Select(rule => $"{rule.Key}={rule.Value}")));
        }
    }

    /// <summary>Whether a rule is a value; what it means, and rules that are sentences, stand in the report.</summary>
    private static bool IsShort(string rule) => !rule.Contains(' ', StringComparison.Ordinal);
}
