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
    private const long MaxFileBytes = 16_000_000;

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
        try
        {
            return ParseLine(line, number, at);
        }
        catch (UserErrorException exception)
        {
            return new KittiLabelLine(number, null, [new Finding(at, exception.Message)]);
        }
    }

    private static KittiLabelLine ParseLine(ReadOnlySpan<char> line, int number, string at)
    {
        Span<Range> fields = stackalloc Range[KittiFields.OfResult + 1];
        var count = KittiFields.Split(line, fields);
        if (count is not (KittiFields.OfLabel or KittiFields.OfResult))
        {
            var found = count > KittiFields.OfResult ? "more" : $"{count}";
            throw new UserErrorException(
                $"expected {KittiFields.OfLabel} fields (label) or {KittiFields.OfResult} (result), found {found}; "
                + "a class name with white space makes one too many.");
        }

        var type = line[fields[0]].ToString();
        Span<double> numbers = stackalloc double[KittiFields.OfResult];
        KittiFields.Parse(line, fields[..count], numbers);
        var box = BoxOf(type, numbers);
        var truth = TruthOf(type, numbers) with { Place = number };
        if (box.Width <= 0 || box.Height <= 0)
        {
            return new KittiLabelLine(number, null, [KittiFindings.NoArea(at, type)]) { Truth = truth };
        }

        var entry = new KittiObject(
            Type: type,
            Truncated: (float)numbers[KittiFields.Truncated],
            Occluded: (int)numbers[KittiFields.Occluded],
            Alpha: (float)numbers[3],
            Box: box)
        {
            SizeMeters = ((float)numbers[8], (float)numbers[9], (float)numbers[10]),
            PositionMeters = ((float)numbers[11], (float)numbers[12], (float)numbers[13]),
            RotationY = (float)numbers[14],
            Score = count == KittiFields.OfResult ? (float)numbers[KittiFields.Score] : null,
        };
        return new KittiLabelLine(number, entry, KittiFieldRanges.Check(line, fields[..count], numbers, at)) { Truth = truth };
    }

    private static TruthLabel TruthOf(string type, ReadOnlySpan<double> numbers)
    {
        var truncated = numbers[KittiFields.Truncated] > 0 ? AnnotationMarks.Truncated : AnnotationMarks.None;
        var occluded = numbers[KittiFields.Occluded] > 0 ? AnnotationMarks.Occluded : AnnotationMarks.None;
        return new TruthLabel(type == KittiClasses.DontCare ? null : type, KittiFields.BoxOf(numbers))
        {
            Marks = truncated | occluded,
            Truncation = numbers[KittiFields.Truncated],
            Occlusion = (int)numbers[KittiFields.Occluded],
        };
    }

    /// <exception cref="UserErrorException">The corners of an object's box are swapped.</exception>
    private static Box BoxOf(string type, ReadOnlySpan<double> numbers)
    {
        var box = new Box(
            X1: (float)numbers[KittiFields.Left],
            Y1: (float)numbers[KittiFields.Top],
            X2: (float)numbers[KittiFields.Right],
            Y2: (float)numbers[KittiFields.Bottom]);
        if (type != KittiClasses.DontCare && box.Width < 0)
        {
            var right = $"{KittiFields.Name(KittiFields.Right)}: {Text(box.X2)}";
            throw new UserErrorException($"{right} is left of {KittiFields.Name(KittiFields.Left)}: {Text(box.X1)}.");
        }

        if (type != KittiClasses.DontCare && box.Height < 0)
        {
            var bottom = $"{KittiFields.Name(KittiFields.Bottom)}: {Text(box.Y2)}";
            throw new UserErrorException($"{bottom} is above {KittiFields.Name(KittiFields.Top)}: {Text(box.Y1)}.");
        }

        return box;
    }

    private static string Text(float number) => number.ToString(CultureInfo.InvariantCulture);
}
