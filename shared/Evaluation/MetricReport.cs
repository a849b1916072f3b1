namespace Pipeline.Shared.Evaluation;

/// <summary>What the numbers of a metric are parts of: as its official tool prints them.</summary>
public enum MetricUnit
{
    /// <summary>0..1.</summary>
    Fraction,

    /// <summary>0..100.</summary>
    Percent,
}

/// <summary>What one metric says about detections.</summary>
/// <param name="Metric">As <c>--metrics</c> names it: <c>coco</c>, <c>kitti</c>, <c>voc</c>, <c>paper</c>.</param>
/// <param name="Title">For people: "COCO detection".</param>
/// <param name="Unit">Of all its numbers.</param>
/// <param name="Numbers">Over all classes, by name, in the order in which they are shown; null where nothing was measured.</param>
/// <param name="Classes">The same for each class.</param>
/// <param name="Rules">
/// What was done with regions, crowds, difficult objects and merged classes, and the parameters: stands beside every number.
/// </param>
public sealed record MetricReport(
    string Metric,
    string Title,
    MetricUnit Unit,
    IReadOnlyDictionary<string, double?> Numbers,
    IReadOnlyList<ClassNumbers> Classes,
    IReadOnlyDictionary<string, string> Rules)
{
    /// <summary>For the charts; may be empty.</summary>
    public IReadOnlyList<PrecisionRecallCurve> Curves { get; init; } = [];

    /// <summary>Why nothing was measured: "no class is one of Car, Pedestrian, Cyclist"; null otherwise.</summary>
    public string? NotMeasured { get; init; }
}

/// <summary>The numbers of one class.</summary>
/// <param name="Class">Its name.</param>
/// <param name="Objects">Objects that should be found.</param>
/// <param name="Numbers">By name; null where the class has no object.</param>
public sealed record ClassNumbers(string Class, int Objects, IReadOnlyDictionary<string, double?> Numbers);

/// <summary>Precision over recall, both 0..1.</summary>
/// <param name="Class">Its class; null: the mean of all.</param>
/// <param name="At">For what: "IoU 0.50", "moderate".</param>
/// <param name="Recall">Ascending.</param>
/// <param name="Precision">At each recall.</param>
public sealed record PrecisionRecallCurve(string? Class, string At, IReadOnlyList<double> Recall, IReadOnlyList<double> Precision);

/// <summary>A way to measure detections: its options are those of the record that implements it.</summary>
public interface IDetectionMetric
{
    /// <summary>As <c>--metrics</c> names it.</summary>
    string Name { get; }

    /// <summary>Measures.</summary>
    /// <exception cref="EvaluationInputException">A number is NaN.</exception>
    MetricReport Evaluate(EvaluationProblem problem);
}
