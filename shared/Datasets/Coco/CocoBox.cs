using System.Globalization;
using System.Text.Json;
using Pipeline.Shared.Geometry;
using Pipeline.Shared.Json;

namespace Pipeline.Shared.Datasets.Coco;

/// <summary>
/// COCO's <c>[x, y, width, height]</c>: continuous pixels from the image's top-left corner, as the product's corners are. So x2 is
/// x + width: nothing is added or taken away for a pixel.
/// </summary>
internal static class CocoBox
{
    private const int Numbers = 4;

    /// <summary>Reads the value at the current token.</summary>
    /// <returns>Null when it is null, or wrong.</returns>
    public static ExactBox? Read(ref JsonTokens json, out string? problem)
    {
        problem = null;
        if (json.Type == JsonTokenType.Null)
        {
            return null;
        }

        if (json.Type != JsonTokenType.StartArray)
        {
            problem = $"{json.Shown()} is not a box; [x, y, width, height] is expected.";
            return null;
        }

        Span<double> values = stackalloc double[Numbers];
        var count = 0;
        while (json.ReadElement())
        {
            if (!json.TryNumber(out var value))
            {
                problem ??= $"{json.Shown()} is not a finite number; [x, y, width, height] is expected.";
            }

            if (count < Numbers)
            {
                values[count] = value;
            }

            count++;
            json.Skip();
        }

        if (problem is null && count != Numbers)
        {
            problem = $"{count} numbers; [x, y, width, height] is expected.";
        }

        return problem is null ? Checked(values, out problem) : null;
    }

    private static ExactBox? Checked(ReadOnlySpan<double> values, out string? problem)
    {
        var x = values[0];
        var y = values[1];
        var width = values[2];
        var height = values[3];
        problem = null;
        if (width < 0 || height < 0)
        {
            problem = string.Create(
                CultureInfo.InvariantCulture,
                $"[{x}, {y}, {width}, {height}] has a negative width or height; correct it, or remove the annotation.");
            return null;
        }

        var box = ExactBox.FromSides(x, y, width, height);
        var single = box.ToBox();
        if (float.IsFinite(single.X1) && float.IsFinite(single.Y1) && float.IsFinite(single.X2) && float.IsFinite(single.Y2))
        {
            return box;
        }

        problem = string.Create(CultureInfo.InvariantCulture, $"[{x}, {y}, {width}, {height}] is too large for pixels; correct it.");
        return null;
    }

    /// <summary>The numbers to write: at most four decimals, so that floats leave no noise.</summary>
    public static (double X, double Y, double Width, double Height) NumbersOf(in Box box)
    {
        var x = Rounded(box.X1);
        var y = Rounded(box.Y1);
        return (x, y, Extent(x, box.X1, box.X2), Extent(y, box.Y1, box.Y2));
    }

    /// <summary>The extent that leads from the rounded start to the rounded end; that of the box itself when it would vanish.</summary>
    private static double Extent(double roundedStart, double start, double end)
    {
        var extent = Rounded(Rounded(end) - roundedStart);
        return extent > 0 ? extent : end - start;
    }

    /// <summary>Four decimals; zero without a sign.</summary>
    public static double Rounded(double value) => Math.Round(value, 4) + 0.0;
}
