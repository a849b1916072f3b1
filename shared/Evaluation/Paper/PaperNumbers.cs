using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Paper;

/// <summary>Numbers as the authors' code writes them to its files and reads them back.</summary>
internal static class PaperNumbers
{
    private const int MantissaBits = 52;
    private const int ExponentBias = 1075;

    /// <summary>The problem with its numbers written and read.</summary>
    public static EvaluationProblem AsWritten(EvaluationProblem problem, PaperTruth truth, PaperDetections detections)
    {
        var written = problem;
        if (truth == PaperTruth.Truncated)
        {
            written = written with { Objects = [.. problem.Objects.Select(entry => entry with { Box = Truncated(entry.Box) })] };
        }

        if (detections == PaperDetections.Rounded)
        {
            written = written with { Detections = [.. problem.Detections.Select(Rounded)] };
        }

        return written;
    }

    /// <summary>
    /// A number as Python writes it with so many decimals: the nearest one to its exact value, and of two equally near ones the even one.
    /// </summary>
    /// <param name="value">Finite.</param>
    /// <param name="scale">10 to the number of decimals; at most 1000.</param>
    public static double Rounded(double value, int scale)
    {
        var bits = BitConverter.DoubleToUInt64Bits(Math.Abs(value));
        var exponent = (int)(bits >> MantissaBits);
        var shift = ExponentBias - Math.Max(exponent, 1);   // |value| is mantissa / 2^shift
        if (shift <= 0)
        {
            return value;   // a whole number
        }

        if (shift > 64)
        {
            return 0;   // less than 1000 · 2^53 / 2^65
        }

        var fraction = bits & ((1UL << MantissaBits) - 1);
        var mantissa = exponent == 0 ? fraction : fraction | (1UL << MantissaBits);
        var scaled = (UInt128)mantissa * (UInt128)scale;
        var whole = scaled >> shift;
        var rest = scaled - (whole << shift);
        var half = UInt128.One << (shift - 1);
        var isUp = rest > half || (rest == half && UInt128.IsOddInteger(whole));
        var rounded = (double)(ulong)(whole + (isUp ? UInt128.One : UInt128.Zero)) / scale;
        return value < 0 ? -rounded : rounded;
    }

    private static ExactBox Truncated(in ExactBox box) => ExactBox.FromCorners(
        Math.Truncate(box.X1), Math.Truncate(box.Y1), Math.Truncate(box.X2), Math.Truncate(box.Y2));

    private static FoundObject Rounded(FoundObject found) => found with
    {
        Box = ExactBox.FromCorners(
            Rounded(found.Box.X1, 10), Rounded(found.Box.Y1, 10), Rounded(found.Box.X2, 10), Rounded(found.Box.Y2, 10)),
        Score = Rounded(found.Score, 1000),
    };
}
