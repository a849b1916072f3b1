using System.Globalization;
using Pipeline.Shared.Reports;
using Spectre.Console;

namespace Pipeline.Serving.Commands;

/// <summary>Prints the report of an evaluation for people.</summary>
internal static class EvaluationTable
{
    private const string NotMeasured = "-";

    /// <summary>Prints a row for each class and one for all, then the speed.</summary>
    public static void Print(EvaluationReport report)
    {
        var table = new Table().AddColumns("class", "objects", "AP", "AP50");
        foreach (var (name, value) in report.PerClass)
        {
            var objects = value?.Objects ?? 0;
            table.AddRow(Markup.Escape(name), objects.ToString(CultureInfo.InvariantCulture), Fraction(value?.Ap), Fraction(value?.Ap50));
        }

        AnsiConsole.Write(table.AddRow("all", "", Fraction(report.Map), Fraction(report.Map50)));
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{report.Images} images in {report.Seconds:F1} s ({report.ImagesPerSecond:F1} images/s), {report.Precision}"));
    }

    private static string Fraction(double? value) => value?.ToString("F4", CultureInfo.InvariantCulture) ?? NotMeasured;
}
