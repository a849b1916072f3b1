using Pipeline.Shared.Datasets;

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
/// The evaluator that training, serving and the demo share: labels of any format under COCO's metrics. Ignored regions and difficult
/// objects are crowds of their class, regions of any class (DontCare) are crowds of every class; other classes are left out.
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
        var problem = EvaluationProblem.Of(map, evaluated);
        var objects = problem.Objects.SelectMany(truth => ObjectsOf(truth, problem)).ToList();
        var detections = problem.Detections.Select(DetectionOf).ToList();
        var images = Enumerable.Range(0, problem.ImageIds.Length).Select(index => (long)index).ToList();
        int[] categories = [.. Enumerable.Range(0, map.Classes.Count)];
        var result = CocoEvaluator.Evaluate(new CocoProblem(images, categories, objects, detections));
        var counts = objects.Where(truth => !truth.IsCrowd).CountBy(truth => truth.CategoryId).ToDictionary();
        return new DetectionEvaluationResult(
            Map: Measured(result.Stats[0]),
            Map50: Measured(result.Stats[1]),
            Map75: Measured(result.Stats[2]),
            PerClass: result.Categories.ToDictionary(
                category => map.Classes[category.CategoryId],
                category => OfClass(category, counts.GetValueOrDefault(category.CategoryId))));
    }

    /// <summary>The object in its class; a region of any class in every class; nothing for a class that is not measured.</summary>
    private static IEnumerable<CocoObject> ObjectsOf(TruthObject entry, EvaluationProblem problem)
    {
        var isOfAnyClass = entry.Class < 0;
        var label = isOfAnyClass ? -1 : problem.Labels.Label(problem.TruthClasses[entry.Class]);
        var isIgnored = isOfAnyClass || (entry.Marks & (AnnotationMarks.Crowd | AnnotationMarks.Difficult)) != 0;
        for (var category = 0; category < problem.Labels.Classes.Count; category++)
        {
            if (isOfAnyClass || category == label)
            {
                yield return new CocoObject(
                    ImageId: entry.Image,
                    CategoryId: category,
                    X: entry.Box.X1,
                    Y: entry.Box.Y1,
                    Width: entry.Box.Width,
                    Height: entry.Box.Height,
                    Area: entry.AreaPixels,
                    IsCrowd: isIgnored);
            }
        }
    }

    private static CocoDetection DetectionOf(FoundObject found) => new(
        ImageId: found.Image,
        CategoryId: found.Class,
        X: found.Box.X1,
        Y: found.Box.Y1,
        Width: found.Box.Width,
        Height: found.Box.Height,
        Score: found.Score);

    private static ClassAveragePrecision? OfClass(CocoCategoryResult category, int objects) =>
        category.Ap < 0 ? null : new ClassAveragePrecision(category.Ap, category.Ap50, objects);

    /// <summary>COCO writes −1 where nothing was measured.</summary>
    private static double? Measured(double stat) => stat < 0 ? null : stat;
}
