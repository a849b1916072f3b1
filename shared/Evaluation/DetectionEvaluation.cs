using Pipeline.Shared.Geometry;
using Pipeline.Shared.Kitti;

namespace Pipeline.Shared.Evaluation;

/// <summary>Truth and detections of one frame.</summary>
/// <param name="FrameId">Name of the frame.</param>
/// <param name="Truth">Its labels, DontCare included.</param>
/// <param name="Detections">What was found; labels are indices into the classes.</param>
public sealed record EvaluatedFrame(string FrameId, IReadOnlyList<KittiObject> Truth, IReadOnlyList<Detection> Detections);

/// <summary>COCO's metrics of KITTI labels, 0..1; null where no frame has an object, since nothing was measured.</summary>
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
/// The evaluator that training, serving and the demo share: KITTI labels under COCO's metrics. DontCare regions are crowds of every
/// class; types outside the classes are left out.
/// </summary>
public static class DetectionEvaluation
{
    /// <param name="classes">The classes, in the order of the detections' labels.</param>
    /// <param name="frames">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(IReadOnlyList<string> classes, IEnumerable<EvaluatedFrame> frames) =>
        Evaluate(new LabelMap(classes), frames);

    /// <param name="map">The classes, in the order of the detections' labels, and the types merged into them.</param>
    /// <param name="frames">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(LabelMap map, IEnumerable<EvaluatedFrame> frames)
    {
        var objects = new List<CocoObject>();
        var detections = new List<CocoDetection>();
        var images = new List<long>();
        foreach (var frame in frames)
        {
            var image = images.Count + 1L;
            images.Add(image);
            objects.AddRange(frame.Truth.SelectMany(entry => ObjectsOf(entry, image, map)));
            detections.AddRange(frame.Detections.Select(found => DetectionOf(found, image)));
        }

        int[] categories = [.. Enumerable.Range(0, map.Classes.Count)];
        var result = CocoEvaluator.Evaluate(new CocoProblem(images, categories, objects, detections));
        var counts = objects.Where(entry => !entry.IsCrowd).CountBy(entry => entry.CategoryId).ToDictionary();
        return new DetectionEvaluationResult(
            Map: Measured(result.Stats[0]),
            Map50: Measured(result.Stats[1]),
            Map75: Measured(result.Stats[2]),
            PerClass: result.Categories.ToDictionary(
                category => map.Classes[category.CategoryId],
                category => OfClass(category, counts.GetValueOrDefault(category.CategoryId))));
    }

    /// <summary>The object in its class; a DontCare region in every class; nothing for a type outside the classes.</summary>
    private static IEnumerable<CocoObject> ObjectsOf(KittiObject entry, long image, LabelMap map)
    {
        var isCrowd = entry.Type == KittiClasses.DontCare;
        var label = map.Label(entry.Type);
        for (var category = 0; category < map.Classes.Count; category++)
        {
            if (!isCrowd && category != label)
            {
                continue;
            }

            var width = (double)entry.Box.X2 - entry.Box.X1;
            var height = (double)entry.Box.Y2 - entry.Box.Y1;
            yield return new CocoObject(
                ImageId: image,
                CategoryId: category,
                X: entry.Box.X1,
                Y: entry.Box.Y1,
                Width: width,
                Height: height,
                Area: width * height,
                IsCrowd: isCrowd);
        }
    }

    private static CocoDetection DetectionOf(in Detection found, long image) => new(
        ImageId: image,
        CategoryId: found.Label,
        X: found.Box.X1,
        Y: found.Box.Y1,
        Width: (double)found.Box.X2 - found.Box.X1,
        Height: (double)found.Box.Y2 - found.Box.Y1,
        Score: found.Score);

    private static ClassAveragePrecision? OfClass(CocoCategoryResult category, int objects) =>
        category.Ap < 0 ? null : new ClassAveragePrecision(category.Ap, category.Ap50, objects);

    /// <summary>COCO writes −1 where nothing was measured.</summary>
    private static double? Measured(double stat) => stat < 0 ? null : stat;
}
