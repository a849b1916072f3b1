using System.Globalization;
using System.Text;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>
/// Reads and writes KITTI's object files: 15 fields per line for labels, a 16th (the score) for results; any white space separates.
/// </summary>
public static class KittiLabelFile
{
    private const int LabelFields = 15, ResultFields = 16;
    private const int Truncated = 1, Occluded = 2, Left = 4, Top = 5, Right = 6, Bottom = 7;
    private const long MaxFileBytes = 16_000_000;

    private static readonly string[] FieldNames =
    [
        "type", "truncated", "occluded", "alpha",
        "left", "top", "right", "bottom",
        "height", "width", "length", "x", "y", "z", "rotation_y",
        "score",
    ];

    /// <param name="path">A label or result file; it may be empty.</param>
    /// <exception cref="UserErrorException">The file is missing, or a field is wrong: file, line, field and reason are named.</exception>
    public static IReadOnlyList<KittiObject> Read(string path) => Objects(ReadLines(path));

    /// <param name="text">Content of a file.</param>
    /// <param name="path">Named in error messages.</param>
    /// <exception cref="UserErrorException">A field is wrong: file, line, field and reason are named.</exception>
    public static IReadOnlyList<KittiObject> Parse(string text, string path) => Objects(Lines(text, path));

    /// <summary>Every line that is not empty, with its object or with what is wrong with it.</summary>
    /// <exception cref="UserErrorException">The file cannot be read.</exception>
    public static IReadOnlyList<KittiLabelLine> ReadLines(string path) => Lines(InputFile.ReadText(path, "label file", MaxFileBytes), path);

    /// <summary>The objects of the lines.</summary>
    /// <exception cref="UserErrorException">A line is refused.</exception>
    private static List<KittiObject> Objects(IEnumerable<KittiLabelLine> lines)
    {
        var objects = new List<KittiObject>();
        foreach (var line in lines)
        {
            if (line.Findings.FirstOrDefault(finding => finding.IsError) is { } error)
            {
                throw new UserErrorException(error.ToString());
            }

            if (line.Object is { } found)
            {
                objects.Add(found);
            }
        }

        return objects;
    }

    /// <summary>Writes objects; a score makes the line a result of 16 fields.</summary>
    public static void Write(string path, IEnumerable<KittiObject> objects) => AtomicFile.WriteText(path, Format(objects));

    /// <summary>The lines of a file; numbers round-trip, with '.' as decimal sign.</summary>
    public static string Format(IEnumerable<KittiObject> objects)
    {
        var text = new StringBuilder();
        foreach (var entry in objects)
        {
            text.Append(CultureInfo.InvariantCulture, $"{entry.Type} {entry.Truncated} {entry.Occluded} {entry.Alpha} ");
            text.Append(CultureInfo.InvariantCulture, $"{entry.Box.X1} {entry.Box.Y1} {entry.Box.X2} {entry.Box.Y2} ");
            text.Append(CultureInfo.InvariantCulture, $"{entry.SizeMeters.Height} {entry.SizeMeters.Width} {entry.SizeMeters.Length} ");
            text.Append(CultureInfo.InvariantCulture, $"{entry.PositionMeters.X} {entry.PositionMeters.Y} {entry.PositionMeters.Z} ");
            text.Append(CultureInfo.InvariantCulture, $"{entry.RotationY}");
            if (entry.Score is { } score)
            {
                text.Append(CultureInfo.InvariantCulture, $" {score}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static List<KittiLabelLine> Lines(string text, string path)
    {
        var lines = new List<KittiLabelLine>();
        var number = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            number++;
            if (!line.IsWhiteSpace())
            {
                lines.Add(Line(line, number, $"{path}:{number}"));
            }
        }

        return lines;
    }

    private static KittiLabelLine Line(ReadOnlySpan<char> line, int number, string at)
    {
        var findings = new List<Finding>();
        try
        {
            return new KittiLabelLine(number, ParseLine(line, at, findings), findings);
        }
        catch (UserErrorException exception)
        {
            return new KittiLabelLine(number, null, [new Finding(at, exception.Message)]);
        }
    }

    /// <returns>Null for a box without area, which is a finding.</returns>
    private static KittiObject? ParseLine(ReadOnlySpan<char> line, string at, List<Finding> findings)
    {
        Span<Range> fields = stackalloc Range[ResultFields + 1];
        var count = SplitAtWhiteSpace(line, fields);
        if (count is not (LabelFields or ResultFields))
        {
            var found = count > ResultFields ? "more" : $"{count}";
            throw new UserErrorException(
                $"expected {LabelFields} fields (label) or {ResultFields} (result), found {found}; "
                + "a class name with white space makes one too many.");
        }

        var type = line[fields[0]].ToString();
        Span<float> numbers = stackalloc float[ResultFields];
        for (var i = 1; i < count; i++)
        {
            numbers[i] = Number(line[fields[i]], i);
        }

        if (numbers[Occluded] != MathF.Truncate(numbers[Occluded]))
        {
            throw new UserErrorException($"field 3 (occluded): '{line[fields[Occluded]]}' is not a whole number.");
        }

        var box = new Box(numbers[Left], numbers[Top], numbers[Right], numbers[Bottom]);
        if (!HasArea(type, box))
        {
            findings.Add(KittiFindings.NoArea(at, type));
            return null;
        }

        findings.AddRange(KittiFieldRanges.Check(line, fields[..count], numbers, at));
        return new KittiObject(type, numbers[Truncated], (int)numbers[Occluded], numbers[3], box)
        {
            SizeMeters = (numbers[8], numbers[9], numbers[10]),
            PositionMeters = (numbers[11], numbers[12], numbers[13]),
            RotationY = numbers[14],
            Score = count == ResultFields ? numbers[15] : null,
        };
    }

    private static float Number(ReadOnlySpan<char> field, int index)
    {
        if (float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && float.IsFinite(number))
        {
            return number;
        }

        throw new UserErrorException($"{Field(index)}: '{field}' is not a finite number.");
    }

    /// <exception cref="UserErrorException">The corners of an object's box are swapped.</exception>
    private static bool HasArea(string type, in Box box)
    {
        if (type != KittiClasses.DontCare && box.Width < 0)
        {
            throw new UserErrorException($"{Field(Right)}: {Text(box.X2)} is left of {Field(Left)}: {Text(box.X1)}.");
        }

        if (type != KittiClasses.DontCare && box.Height < 0)
        {
            throw new UserErrorException($"{Field(Bottom)}: {Text(box.Y2)} is above {Field(Top)}: {Text(box.Y1)}.");
        }

        return box.Width > 0 && box.Height > 0;
    }

    /// <summary>A field's number, counted from 1, and its name.</summary>
    internal static string Field(int index) => $"field {index + 1} ({FieldNames[index]})";

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);

    /// <returns>Number of fields, at most the length of <paramref name="fields"/>.</returns>
    private static int SplitAtWhiteSpace(ReadOnlySpan<char> line, Span<Range> fields)
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
}
