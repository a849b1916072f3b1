using System.Globalization;
using System.Text;
using Pipeline.Shared.Datasets.Kitti;

namespace Pipeline.Shared.Evaluation.Results;

/// <summary>A line of KITTI's results: what is wrong with one, and how one is written.</summary>
internal static class KittiResultLine
{
    /// <param name="fields">How many fields a line has; one more than a result stands for any larger number.</param>
    public static string WrongCount(int fields)
    {
        var found = fields > KittiFields.OfResult ? "more" : fields.ToString(CultureInfo.InvariantCulture);
        var hint = fields == KittiFields.OfLabel
            ? "the score is missing, as in labels: truth and detections may be swapped"
            : "a class name with white space makes one too many";
        return $"expected {KittiFields.OfResult} fields, the last one the score, found {found}; {hint}.";
    }

    /// <summary>Adds a detection; what 2D results do not know is written as the benchmark wants it. Numbers round-trip.</summary>
    public static void Append(StringBuilder text, string type, in FoundObject found)
    {
        var box = found.Box;
        text.Append(CultureInfo.InvariantCulture, $"{type} -1 -1 -10 {box.X1} {box.Y1} {box.X2} {box.Y2} ");
        text.Append(CultureInfo.InvariantCulture, $"-1 -1 -1 -1000 -1000 -1000 -10 {found.Score}\n");
    }
}
