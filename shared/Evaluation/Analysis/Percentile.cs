namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Percentiles as NumPy computes them by default: linear between the two nearest values.</summary>
internal static class Percentile
{
    /// <param name="ascending">The values.</param>
    /// <param name="part">0..1.</param>
    /// <param name="otherwise">Where there is no value.</param>
    public static double Of(double[] ascending, double part, double otherwise)
    {
        if (ascending.Length == 0)
        {
            return otherwise;
        }

        var place = part * (ascending.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, ascending.Length - 1);
        return ascending[below] + (place - below) * (ascending[above] - ascending[below]);
    }
}
