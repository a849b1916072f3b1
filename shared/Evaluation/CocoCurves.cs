namespace Pipeline.Shared.Evaluation;

/// <summary>Indices of one curve among categories, area ranges and limits of detections.</summary>
internal readonly record struct CurveKey(int Category, int Area, int Limit);

/// <summary>Precision and recall by IoU threshold, category, area range and limit; −1 where a category has no object.</summary>
internal sealed class CocoCurves
{
    private readonly int categories;
    private readonly int areas;
    private readonly int limits;
    private readonly int points;
    private readonly double[] recall;
    private readonly double[] precision;

    public CocoCurves(int thresholds, int categories, int areas, int limits, int points)
    {
        this.categories = categories;
        this.areas = areas;
        this.limits = limits;
        this.points = points;
        recall = new double[thresholds * categories * areas * limits];
        precision = new double[recall.Length * points];
        Array.Fill(recall, -1);
        Array.Fill(precision, -1);
    }

    /// <summary>The highest recall at a threshold.</summary>
    public ref double Recall(int threshold, in CurveKey key) => ref recall[Offset(threshold, key)];

    /// <summary>The precision at a threshold and a recall point.</summary>
    public ref double Precision(int threshold, in CurveKey key, int point) => ref precision[Offset(threshold, key) * points + point];

    /// <summary>Mean over thresholds, categories and recall points; −1 where nothing was measured.</summary>
    public double MeanPrecision(int[] thresholds, int[] ofCategories, int area, int limit) => Mean(
        from threshold in thresholds
        from category in ofCategories
        from point in Enumerable.Range(0, points)
        select Precision(threshold, new CurveKey(Category: category, Area: area, Limit: limit), point));

    /// <summary>Mean over thresholds and categories; −1 where nothing was measured.</summary>
    public double MeanRecall(int[] thresholds, int[] ofCategories, int area, int limit) => Mean(
        from threshold in thresholds
        from category in ofCategories
        select Recall(threshold, new CurveKey(Category: category, Area: area, Limit: limit)));

    private int Offset(int threshold, in CurveKey key) =>
        ((threshold * categories + key.Category) * areas + key.Area) * limits + key.Limit;

    private static double Mean(IEnumerable<double> values) => values.Where(value => value > -1).DefaultIfEmpty(-1).Average();
}
