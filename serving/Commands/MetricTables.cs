using System.Globalization;
using Pipeline.Shared.Evaluation;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary>Prints the report of a metric for people: its numbers, those of each class, and the rules that they hold under.</summary>
internal static class MetricTables
{
    private const string AllClasses = "all";
    private const int BorderWidth = 3;

    /// <summary>Prints one report.</summary>
    public static void Print(MetricReport report)
    {
        var unit = report.Unit == MetricUnit.Percent ? "0 to 100" : "0 to 1";
        Console.WriteLine($"{report.Title} ({report.Metric}), {unit}");
        if (report.NotMeasured is { } reason)
        {
            Console.WriteLine($"not measured: {reason}");
        }

        PrintNumbers(report);
        PrintClasses(report);
        foreach (var (rule, value) in report.Rules)
        {
            Console.WriteLine($"  {report.Metric}.{rule}: {value}");
        }

        Console.WriteLine();
    }

    private static void PrintNumbers(MetricReport report)
    {
        if (report.Numbers.Count == 0)
        {
            return;
        }

        var table = new Table().AddColumns("number", AllClasses);
        table.Columns[1].RightAligned();
        foreach (var (name, value) in report.Numbers)
        {
            table.AddRow(Markup.Escape(name), MeasuredText.Of(value, report.Unit));
        }

        AnsiConsole.Write(table);
    }

    /// <summary>As many numbers side by side as the console has room for.</summary>
    private static void PrintClasses(MetricReport report)
    {
        string[] names = [.. report.Classes.SelectMany(entry => entry.Numbers.Keys).Distinct(StringComparer.Ordinal)];
        if (names.Length == 0)
        {
            return;
        }

        var first = report.Classes.Max(entry => entry.Class.Length) + "objects".Length + (3 * BorderWidth);
        var column = names.Max(name => name.Length) + BorderWidth;
        foreach (var part in names.Chunk(Math.Max(1, (AnsiConsole.Profile.Width - first) / column)))
        {
            AnsiConsole.Write(TableOf(report, part));
        }
    }

    private static Table TableOf(MetricReport report, string[] names)
    {
        var table = new Table().AddColumns(["class", "objects", .. names.Select(Markup.Escape)]);
        for (var column = 1; column < table.Columns.Count; column++)
        {
            table.Columns[column].RightAligned().NoWrap();
        }

        foreach (var entry in report.Classes)
        {
            var objects = entry.Objects.ToString(CultureInfo.InvariantCulture);
            var values = names.Select(name => MeasuredText.Of(entry.Numbers.GetValueOrDefault(name), report.Unit));
            table.AddRow([Markup.Escape(entry.Class), objects, .. values]);
        }

        return table;
    }
}
