using System.Globalization;
using Pipeline.Shared.Evaluation;

namespace Pipeline.Serving.Commands;

/// <summary>Measured numbers as the console's tables show them.</summary>
internal static class MeasuredText
{
    /// <summary>Stands where nothing was measured.</summary>
    public const string None = "-";

    /// <summary>A number of a metric: 0.5123, or 51.23 where its tool prints percent.</summary>
    public static string Of(double? value, MetricUnit unit) =>
        value?.ToString(unit == MetricUnit.Percent ? "F2" : "F4", CultureInfo.InvariantCulture) ?? None;

    /// <summary>A part of 1.</summary>
    public static string Fraction(double? value) => Of(value, MetricUnit.Fraction);
}
