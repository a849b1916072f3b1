using System.Globalization;
using System.Text;
using Pipeline.Shared.Files;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Kitti;

/// <summary>Reads and writes KITTI's object files: 15 fields a line for labels, a 16th (the score) for results.</summary>
public static class KittiLabelFile
{
    private static readonly string[] FieldNames =
        ["type", "truncated", "occluded", "alpha", "left", "top", "right", "bottom", "height", "width", "length", "x", "y", "z", "rotation_y", "score"];

    /// <param name="path">A label or result file; it may be empty.</param>
    /// <exception cref="UserErrorException">The file is missing, or a field is wrong: file, line, field and reason are named.</exception>
    public static IReadOnlyList<KittiObject> Read(string path) =>
        File.Exists(path) ? Parse(File.ReadAllText(path), path) : throw new UserErrorException($"{path}: there is no such label file.");

    /// <param name="text">Content of a file.</param>
    /// <param name="path">Named in messages.</param>
    /// <exception cref="UserErrorException">A field is wrong: file, line, field and reason are named.</exception>
    public static IReadOnlyList<KittiObject> Parse(string text, string path)
    {
        return [.. Lines(text, path).Select(line => line.Object ?? throw new UserErrorException(line.Problem!))];
    }

    /// <summary>Every line with its object, or with what is wrong with it.</summary>
    internal static IReadOnlyList<(KittiObject? Object, string At, string? Problem)> Lines(string text, string path)
    {
        var lines = new List<(KittiObject?, string, string?)>();
        var lineNumber = 0;
        foreach (var line in text.AsSpan().EnumerateLines())
        {
            lineNumber++;
            if (line.IsWhiteSpace())
            {
                continue;
            }

            var at = $"{path}:{lineNumber}";
            try
            {
                lines.Add((ParseLine(line, at), at, null));
            }
            catch (UserErrorException exception)
            {
                lines.Add((null, at, exception.Message));
            }
        }

        return lines;
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
            text.Append(CultureInfo.InvariantCulture, $"{entry.SizeMetres.Height} {entry.SizeMetres.Width} {entry.SizeMetres.Length} ");
            text.Append(CultureInfo.InvariantCulture, $"{entry.PositionMetres.X} {entry.PositionMetres.Y} {entry.PositionMetres.Z} {entry.RotationY}");
            if (entry.Score is { } score)
            {
                text.Append(CultureInfo.InvariantCulture, $" {score}");
            }

            text.Append('\n');
        }

        return text.ToString();
    }

    private static KittiObject ParseLine(ReadOnlySpan<char> line, string at)
    {
        Span<Range> fields = stackalloc Range[18];
        line = line.Trim();
        var count = line.Split(fields, ' ', StringSplitOptions.RemoveEmptyEntries);
        if (count is not (15 or 16))
        {
            throw new UserErrorException($"{at}: expected 15 fields (label) or 16 (result), found {count}.");
        }

        var type = line[fields[0]].ToString();
        if (!KittiClasses.Known.Contains(type))
        {
            throw new UserErrorException($"{at}: field 1 (type): '{type}' is not a KITTI class; known are {string.Join(", ", KittiClasses.Known)}.");
        }

        Span<float> numbers = stackalloc float[16];
        for (var i = 1; i < count; i++)
        {
            var field = line[fields[i]];
            if (!float.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out numbers[i]) || !float.IsFinite(numbers[i]))
            {
                throw new UserErrorException($"{at}: field {i + 1} ({FieldNames[i]}): '{field}' is not a finite number.");
            }
        }

        if (numbers[2] != MathF.Truncate(numbers[2]))
        {
            throw new UserErrorException($"{at}: field 3 (occluded): '{line[fields[2]]}' is not a whole number.");
        }

        var box = new Box(numbers[4], numbers[5], numbers[6], numbers[7]);
        if (box.Width <= 0)
        {
            throw new UserErrorException($"{at}: field 7 (right): {box.X2} is not right of field 5 (left): {box.X1}.");
        }

        if (box.Height <= 0)
        {
            throw new UserErrorException($"{at}: field 8 (bottom): {box.Y2} is not below field 6 (top): {box.Y1}.");
        }

        return new KittiObject(type, numbers[1], (int)numbers[2], numbers[3], box)
        {
            SizeMetres = (numbers[8], numbers[9], numbers[10]),
            PositionMetres = (numbers[11], numbers[12], numbers[13]),
            RotationY = numbers[14],
            Score = count == 16 ? numbers[15] : null,
        };
    }
}
