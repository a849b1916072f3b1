using Pipeline.Shared.Geometry;
using Pipeline.Shared.Kitti;

namespace Pipeline.Shared.Evaluation;

/// <summary>Truth and detections of one frame.</summary>
/// <param name="FrameId">Name of the frame.</param>
/// <param name="Truth">Its labels, DontCare included.</param>
/// <param name="Detections">What was found; labels are indices into the classes.</param>
public sealed record EvaluatedFrame(string FrameId, IReadOnlyList<KittiObject> Truth, IReadOnlyList<Detection> Detections);

/// <summary>COCO's metrics of KITTI labels; 0..1, or null where no frame has an object: nothing measured is not zero.</summary>
/// <param name="Map">Mean AP over IoU 0.50 to 0.95 and the classes that have objects.</param>
/// <param name="Map50">At IoU 0.50.</param>
/// <param name="Map75">At IoU 0.75.</param>
/// <param name="PerClass">AP and AP50 of each class; null where it has no object.</param>
public sealed record DetectionEvaluationResult(
    double? Map,
    double? Map50,
    double? Map75,
    IReadOnlyDictionary<string, ClassAveragePrecision?> PerClass);

/// <param name="Ap">Mean over IoU 0.50 to 0.95.</param>
/// <param name="Ap50">At IoU 0.50.</param>
/// <param name="Objects">How many objects there are.</param>
public sealed record ClassAveragePrecision(double Ap, double Ap50, int Objects);

/// <summary>The evaluator of training, serving and demo alike: KITTI labels under COCO's metrics; DontCare regions are crowds of every class, types outside the classes are left out.</summary>
public static class DetectionEvaluation
{
    /// <param name="classes">The classes, in the order of the detections' labels.</param>
    /// <param name="frames">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(IReadOnlyList<string> classes, IEnumerable<EvaluatedFrame> frames) => Evaluate(new LabelMap(classes), frames);

    /// <param name="map">The classes, in the order of the detections' labels, and what is merged into them.</param>
    /// <param name="frames">Truth and detections.</param>
    public static DetectionEvaluationResult Evaluate(LabelMap map, IEnumerable<EvaluatedFrame> frames)
    {
        var labels = map.Classes;
        var (objects, detections, images) = (new List<CocoObject>(), new List<CocoDetection>(), new List<long>());
        foreach (var frame in frames)
        {
            var image = images.Count + 1L;
            images.Add(image);
            foreach (var entry in frame.Truth)
            {
                var (box, only) = (entry.Box, map.Label(entry.Type));
                for (var category = 0; category < labels.Count; category++)
                {
                    var crowd = entry.Type == KittiClasses.DontCare;
                    if (crowd || category == only)
                    {
                        objects.Add(new CocoObject(image, category, box.X1, box.Y1, (double)box.X2 - box.X1, (double)box.Y2 - box.Y1, ((double)box.X2 - box.X1) * ((double)box.Y2 - box.Y1), crowd));
                    }
                }
            }

            detections.AddRange(frame.Detections.Select(found => new CocoDetection(
                image, found.Label, found.Box.X1, found.Box.Y1, (double)found.Box.X2 - found.Box.X1, (double)found.Box.Y2 - found.Box.Y1, found.Score)));
        }

        var result = CocoEvaluator.Evaluate(new CocoProblem(images, [.. Enumerable.Range(0, labels.Count)], objects, detections));
        return new DetectionEvaluationResult(
            Measured(result.Stats[0]), Measured(result.Stats[1]), Measured(result.Stats[2]),
            result.Categories.ToDictionary(
                category => labels[category.CategoryId],
                category => category.Ap < 0 ? null : new ClassAveragePrecision(category.Ap, category.Ap50, objects.Count(entry => entry.CategoryId == category.CategoryId && !entry.IsCrowd))));
    }

    /// <summary>COCO's −1 is no number.</summary>
    private static double? Measured(double stat) => stat < 0 ? null : stat;
}
