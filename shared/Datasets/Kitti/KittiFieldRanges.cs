namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>The ranges that the readme of KITTI's development kit gives for fields that training does not use.</summary>
internal static class KittiFieldRanges
{
    private const string Summary = "fields that are not needed have a value out of range";
    private const double Unknown = -1;
    private const double UnknownAngle = -10;
    private const double AngleTolerance = 0.01;
    private const int MostOccluded = 3;

    private const int Truncated = 1;
    private const int Occluded = 2;
    private const int Alpha = 3;
    private const int FirstSize = 8;
    private const int LastSize = 10;
    private const int RotationY = 14;

    /// <param name="line">The line.</param>
    /// <param name="fields">Ranges of its fields.</param>
    /// <param name="numbers">Values of the fields; the first is not used.</param>
    /// <param name="at">File and line.</param>
    /// <returns>A warning for each value outside its range.</returns>
    public static IReadOnlyList<Finding> Check(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, ReadOnlySpan<double> numbers, string at)
    {
        List<Finding>? findings = null;
        for (var i = 1; i <= RotationY; i++)
        {
            if (Expected(i, numbers[i]) is { } expected)
            {
                var message = $"{KittiFields.Name(i)}: '{line[fields[i]]}' is not {expected}.";
                (findings ??= []).Add(new Finding(at, message) { Summary = Summary });
            }
        }

        return findings ?? [];
    }

    /// <summary>What the format expects instead of a number; null when the number is valid.</summary>
    private static string? Expected(int field, double number) => field switch
    {
        Truncated when !(number is Unknown or (>= 0 and <= 1)) => "between 0 and 1, or -1 for unknown",
        Occluded when !(number is Unknown or (>= 0 and <= MostOccluded)) => $"one of 0, 1, 2 and {MostOccluded}, or -1 for unknown",
        Alpha or RotationY when number != UnknownAngle && Math.Abs(number) > Math.PI + AngleTolerance =>
            "an angle between -pi and pi, or -10 for unknown",
        >= FirstSize and <= LastSize when number != Unknown && number < 0 => "a length in meters, or -1 for unknown",
        _ => null,
    };
}
