using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation.Coco;

namespace Pipeline.Shared.Evaluation;

/// <summary>COCO's metrics, 0..1; null where no image has an object, since nothing was measured.</summary>
/// <param name="Map">Mean AP over IoU 0.50 to 0.95 and the classes that have objects.</param>
/// <param name="Map50">At IoU 0.50.</param>
/// <param name="Map75">At IoU 0.75.</param>
/// <param name="PerClass">AP and AP50 of each class; null where it has no object.</param>
public sealed record DetectionEvaluationResult(
    double? Map,
    double? Map50,
    double? Map75,
    IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass);

/// <summary>Average precision of one class, 0..1.</summary>
/// <param name="Ap">Mean over IoU 0.50 to 0.95.</param>
/// <param name="Ap50">At IoU 0.50.</param>
/// <param name="Objects">Number of objects of the class.</param>
public sealed record ClassAveragePrecision(double Ap, double Ap50, int Objects);

/// <summary>
/// <see cref="CocoMetric"/> in short, for training, the demo and the check of an export: ignored regions and difficult objects are crowds
/// of their class, regions of any class (DontCare) are crowds of every class; other classes are left out.
/// </summary>
public static class DetectionEvaluation
{
    /// <param name="classes">The classes, in the order of the detections' labels.</param>
    /// <param name="evaluated">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(IReadOnlyList<string> classes, IEnumerable<EvaluatedImage> evaluated) =>
        Evaluate(new LabelMap(classes), evaluated);

    /// <param name="map">The classes, in the order of the detections' labels, and the classes merged into them.</param>
    /// <param name="evaluated">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(LabelMap map, IEnumerable<EvaluatedImage> evaluated)
    {
        var report = new CocoMetric().Evaluate(EvaluationProblem.Of(map, evaluated));
        return new DetectionEvaluationResult(
            Map: report.Numbers["AP"],
            Map50: report.Numbers["AP50"],
            Map75: report.Numbers["AP75"],
            PerClass: report.Classes.ToDictionary(entry => entry.Class, OfClass));
    }

    private static ClassAveragePrecision? OfClass(ClassNumbers entry) =>
        entry.Numbers["AP"] is { } ap && entry.Numbers["AP50"] is { } ap50 ? new ClassAveragePrecision(ap, ap50, entry.Objects) : null;
}
