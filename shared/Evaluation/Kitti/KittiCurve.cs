namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>Precision at 41 recall positions.</summary>
/// <param name="Objects">Valid objects.</param>
/// <param name="Thresholds">Score thresholds at which precision was measured.</param>
/// <param name="Precision">At recall 0, 1/40 … 1, 0..1; it never rises.</param>
internal sealed record KittiCurve(int Objects, int Thresholds, IReadOnlyList<double> Precision)
{
    /// <summary>Recall positions.</summary>
    public const int Points = 41;

    /// <summary>Mean over recall 0, 0.1 … 1, in percent.</summary>
    public double R11 => 100 * Precision.Where((_, point) => point % 4 == 0).Sum() / 11;

    /// <summary>Mean over recall 1/40 … 1, in percent.</summary>
    public double R40 => 100 * Precision.Skip(1).Sum() / 40;

    /// <param name="precision">At each threshold.</param>
    /// <param name="objects">Valid objects.</param>
    public static KittiCurve Of(ReadOnlySpan<double> precision, int objects)
    {
        var points = new double[Points];
        precision.CopyTo(points);
        for (var point = Points - 1; point > 0; point--)
        {
            points[point - 1] = Math.Max(points[point - 1], points[point]);
        }

        return new KittiCurve(objects, precision.Length, points);
    }
}
