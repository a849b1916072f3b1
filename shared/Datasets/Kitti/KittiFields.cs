using System.Globalization;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>The fields of a line in double precision: a label has 15 of them, a result 16; any white space separates them.</summary>
internal static class KittiFields
{
    /// <summary>How many fields a line has.</summary>
    public const int OfLabel = 15, OfResult = 16;

    /// <summary>Indices of the fields that are used.</summary>
    public const int Truncated = 1, Occluded = 2, Left = 4, Top = 5, Right = 6, Bottom = 7, Score = 15;

    private static readonly string[] Names =
    [
        "type", "truncated", "occluded", "alpha",
        "left", "top", "right", "bottom",
        "height", "width", "length", "x", "y", "z", "rotation_y",
        "score",
    ];

    /// <summary>A field's number, counted from 1, and its name.</summary>
    public static string Name(int index) => $"field {index + 1} ({Names[index]})";

    /// <summary>Finds the fields.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fields">Receives their ranges; longer by one than a line may be.</param>
    /// <returns>Number of fields, at most the length of <paramref name="fields"/>.</returns>
    public static int Split(ReadOnlySpan<char> line, Span<Range> fields)
    {
        var count = 0;
        var start = -1;
        for (var i = 0; i <= line.Length; i++)
        {
            var separates = i == line.Length || char.IsWhiteSpace(line[i]);
            if (!separates && start < 0)
            {
                start = i;
            }

            if (separates && start >= 0)
            {
                fields[count] = start..i;
                count++;
                start = -1;
                if (count == fields.Length)
                {
                    return count;
                }
            }
        }

        return count;
    }

    /// <summary>Parses all fields but the first.</summary>
    /// <param name="line">The line.</param>
    /// <param name="fields">Its fields.</param>
    /// <param name="numbers">Receives their values; the first stays as it is.</param>
    /// <exception cref="UserErrorException">One is not a finite number, or is beyond single precision; the place is not named.</exception>
    public static void Parse(ReadOnlySpan<char> line, ReadOnlySpan<Range> fields, Span<double> numbers)
    {
        for (var i = 1; i < fields.Length; i++)
        {
            numbers[i] = Number(line[fields[i]], i);
        }

        if (numbers[Occluded] != Math.Truncate(numbers[Occluded]))
        {
            throw new UserErrorException($"{Name(Occluded)}: '{line[fields[Occluded]]}' is not a whole number.");
        }
    }

    /// <summary>The box of the parsed fields.</summary>
    public static ExactBox BoxOf(ReadOnlySpan<double> numbers) =>
        ExactBox.FromCorners(numbers[Left], numbers[Top], numbers[Right], numbers[Bottom]);

    private static double Number(ReadOnlySpan<char> field, int index)
    {
        var isNumber = double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && float.IsFinite((float)number)
            ? number
            : throw new UserErrorException($"{Name(index)}: '{field}' is not a finite number.");
    }
}
