using System.Globalization;
using Pipeline.Shared.Evaluation;

namespace Pipeline.Shared.Reports;

/// <summary>Numbers as reports show them: alike on every machine.</summary>
internal static class NumberText
{
    /// <summary>Stands where nothing was measured.</summary>
    public const string None = "–";

    /// <summary>A number of a metric: 0.512, or 51.20 where its tool prints percent.</summary>
    public static string Of(double? value, MetricUnit unit) => unit == MetricUnit.Percent ? Decimals(value, 2) : Fraction(value);

    /// <summary>A part of 1, three decimals.</summary>
    public static string Fraction(double? value) => Decimals(value, 3);

    /// <summary>A part of 1 as whole percent.</summary>
    public static string Percent(double part) => (100 * part).ToString("F0", CultureInfo.InvariantCulture) + " %";

    /// <summary>A difference: with its sign, three decimals.</summary>
    public static string Difference(double value) => value.ToString("+0.000;−0.000;0.000", CultureInfo.InvariantCulture);

    /// <summary>A count, thousands apart.</summary>
    public static string Count(long value) => value.ToString("#,0", CultureInfo.InvariantCulture);

    /// <summary>A number with fixed decimals.</summary>
    public static string Decimals(double? value, int decimals) =>
        value is { } number && double.IsFinite(number) ? number.ToString($"F{decimals}", CultureInfo.InvariantCulture) : None;

    /// <summary>"1 image", "3 images".</summary>
    public static string Counted(long count, string one, string many) => $"{Count(count)} {(count == 1 ? one : many)}";
}
