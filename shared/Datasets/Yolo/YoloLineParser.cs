using System.Globalization;
using Pipeline.Shared.Text;

namespace Pipeline.Shared.Datasets.Yolo;

/// <summary>
/// Parses a line <c>class cx cy w h</c>: the centre and the size as fractions of the image's width and height. A sixth number, the
/// confidence of a detection, is not read. A class and at least three points are a polygon, whose box is taken.
/// </summary>
internal static class YoloLineParser
{
    private const int BoxFields = 5, DetectionFields = 6, LeastPolygonFields = 7;

    /// <summary>Numbers beyond 0 and 1 by more than this are taken for pixels. What is less is a box over the border.</summary>
    private const double Tolerance = 0.1;

    private static readonly string[] BoxNames = ["class", "center x", "center y", "width", "height", "confidence"];

    /// <param name="line">A line that is not empty; any white space separates.</param>
    /// <param name="at">File and line, for warnings.</param>
    /// <param name="findings">Receives warnings.</param>
    /// <returns>Null for a box without area, which is a finding.</returns>
    /// <exception cref="UserErrorException">What is wrong, without the place.</exception>
    public static YoloObject? Parse(ReadOnlySpan<char> line, string at, List<Finding> findings)
    {
        var fields = line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
        var isPolygon = fields.Length >= LeastPolygonFields && fields.Length % 2 == 1;
        if (fields.Length is not (BoxFields or DetectionFields) && !isPolygon)
        {
            throw new UserErrorException(
                "expected 5 fields (class, center x, center y, width, height), or a class and the points of a polygon; "
                + $"found {fields.Length}.");
        }

        var number = Class(fields[0]);
        var found = isPolygon ? PolygonBox(number, fields) : Box(number, fields);
        if (isPolygon)
        {
            findings.Add(new Finding(at, "this is a polygon; its box is taken.") { Summary = "lines are polygons, whose boxes are taken" });
        }

        if (fields.Length == DetectionFields)
        {
            findings.Add(new Finding(at, "field 6 (confidence): a label has none; it is not read.")
            {
                Summary = "lines have a confidence, like detections; it is not read",
            });
        }

        if (found.X2 > found.X1 && found.Y2 > found.Y1)
        {
            return found;
        }

        findings.Add(BoxFinding.NoArea(at));
        return null;
    }

    private static YoloObject Box(int number, string[] fields)
    {
        var centerX = Fraction(fields, 1, BoxNames[1]);
        var centerY = Fraction(fields, 2, BoxNames[2]);
        var width = Size(fields, 3);
        var height = Size(fields, 4);
        return new YoloObject(
            Class: number,
            X1: centerX - (width / 2),
            Y1: centerY - (height / 2),
            X2: centerX + (width / 2),
            Y2: centerY + (height / 2));
    }

    private static YoloObject PolygonBox(int number, string[] fields)
    {
        var points = fields.Select((_, index) => index == 0 ? 0 : Fraction(fields, index, index % 2 == 1 ? "x" : "y")).ToArray();
        var x = points.Where((_, index) => index % 2 == 1).ToArray();
        var y = points.Where((_, index) => index > 0 && index % 2 == 0).ToArray();
        return new YoloObject(Class: number, X1: x.Min(), Y1: y.Min(), X2: x.Max(), Y2: y.Max());
    }

    /// <summary>Some tools write it as <c>0.0</c>.</summary>
    private static int Class(string field)
    {
        var isNumber = double.TryParse(field, NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        return isNumber && number is >= 0 and <= int.MaxValue && number == Math.Truncate(number)
            ? (int)number
            : throw new UserErrorException($"field 1 (class): {Excerpt.Of(field)} is not a whole number from 0.");
    }

    private static double Size(string[] fields, int index)
    {
        var size = Fraction(fields, index, BoxNames[index], lowest: double.NegativeInfinity);
        return size >= 0
            ? size
            : throw new UserErrorException($"{Field(index, BoxNames[index])}: {Excerpt.Of(fields[index])} is negative.");
    }

    private static double Fraction(string[] fields, int index, string name, double lowest = -Tolerance)
    {
        var isNumber = double.TryParse(fields[index], NumberStyles.Float, CultureInfo.InvariantCulture, out var number);
        if (!isNumber || !double.IsFinite(number))
        {
            throw new UserErrorException($"{Field(index, name)}: {Excerpt.Of(fields[index])} is not a finite number.");
        }

        return number >= lowest && number <= 1 + Tolerance
            ? number
            : throw new UserErrorException(
                $"{Field(index, name)}: {Excerpt.Of(fields[index])} is not between 0 and 1; YOLO's numbers are fractions of the image's "
                + "width and height, these may be pixels.");
    }

    private static string Field(int index, string name) => $"field {index + 1} ({name})";
}
