using System.Globalization;

namespace Pipeline.Shared.Kitti;

/// <summary>The ranges that the format's description (the devkit's readme) gives for the fields that training does not read.</summary>
internal static class KittiFieldRanges
{
    private const float Unknown = -1, UnknownAngle = -10, AngleTolerance = 0.01f;
    private const int Truncated = 1, Occluded = 2, Alpha = 3, FirstSize = 8, LastSize = 10, RotationY = 14, MostOccluded = 3;

    /// <param name="line">The line.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="numbers">Their numbers; the first is not used.</param>
    /// <param name="at">File and line.</param>
    /// <returns>A remark for each value out of its range.</returns>
    public static IReadOnlyList<string> Check(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, ReadOnlySpan<float> numbers, string at)
    {
        List<string>? remarks = null;
        for (var i = 1; i <= RotationY; i++)
        {
            if (Wanted(i, numbers[i]) is { } wanted)
            {
                (remarks ??= []).Add(string.Create(
                    CultureInfo.InvariantCulture,
                    $"{at}: {KittiLabelFile.Field(i)}: '{line[fields[i]]}' is not {wanted}."));
            }
        }

        return remarks ?? [];
    }

    /// <summary>What the format wants in place of a number; null when the number is right.</summary>
    private static string? Wanted(int field, float number) => field switch
    {
        Truncated when !(number is Unknown or (>= 0 and <= 1)) => "between 0 and 1, or -1 for unknown",
        Occluded when !(number is Unknown or (>= 0 and <= MostOccluded)) => $"one of 0, 1, 2 and {MostOccluded}, or -1 for unknown",
        Alpha or RotationY when number != UnknownAngle && MathF.Abs(number) > MathF.PI + AngleTolerance =>
            "an angle between -pi and pi, or -10 for unknown",
        >= FirstSize and <= LastSize when number != Unknown && number < 0 => "a length in meters, or -1 for unknown",
        _ => null,
    };
}
