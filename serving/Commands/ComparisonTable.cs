using System.Globalization;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary>Prints a comparison for people.</summary>
internal static class ComparisonTable
{
    /// <summary>Prints a table for each run: a row for each class and one for all.</summary>
    public static void Print(ComparisonReport report)
    {
        Console.WriteLine($"baseline: {report.Baseline}");
        foreach (var comparison in report.Comparisons)
        {
            Console.WriteLine(comparison.Run);
            var table = new Table().AddColumns("class", "baseline", "AP", "difference", "from", "to", "clear");
            foreach (var (name, difference) in comparison.Result.PerClass)
            {
                Add(table, name, difference);
            }

            Add(table, "all", comparison.Result.Map);
            AnsiConsole.Write(table);
            var options = comparison.Result.Options;
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"{options.Confidence:0.##%} intervals of {options.Resamples} resamples, seed {options.Seed}"));
        }
    }

    private static void Add(Table table, string name, ApDifference? difference) => table.AddRow(
        Markup.Escape(name),
        MeasuredText.Fraction(difference?.First),
        MeasuredText.Fraction(difference?.Second),
        Signed(difference?.Difference),
        Signed(difference?.Low),
        Signed(difference?.High),
        difference?.IsClear == true ? "yes" : "no");

    private static string Signed(double? value) =>
        value?.ToString("+0.0000;-0.0000;0.0000", CultureInfo.InvariantCulture) ?? MeasuredText.None;
}
