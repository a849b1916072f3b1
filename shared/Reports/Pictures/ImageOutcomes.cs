using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Reports.Pictures;

/// <summary>What became of the objects and detections of an image.</summary>
/// <param name="Found">Objects that were found.</param>
/// <param name="Missed">Objects that were not.</param>
/// <param name="Ignored">Regions and objects that count neither for nor against.</param>
/// <param name="Right">Detections that found an object.</param>
/// <param name="Wrong">Detections that found none, and lie in no region that is ignored.</param>
internal sealed record ImageOutcome(
    IReadOnlyList<TruthObject> Found,
    IReadOnlyList<TruthObject> Missed,
    IReadOnlyList<TruthObject> Ignored,
    IReadOnlyList<FoundObject> Right,
    IReadOnlyList<FoundObject> Wrong);

/// <summary>
/// Matches the detections of an image with its objects, for the picture: the highest score first, each with the free object of its class
/// that it overlaps most.
/// </summary>
internal sealed class ImageOutcomes(EvaluationProblem problem, AnalysisOptions options)
{
    private readonly ILookup<int, TruthObject> objects = problem.Objects.ToLookup(entry => entry.Image);
    private readonly ILookup<int, FoundObject> detections = problem.Detections
        .Where(entry => entry.Score >= options.ScoreThreshold)
        .ToLookup(entry => entry.Image);

    public ImageOutcome Of(string imageId)
    {
        var image = problem.ImageIds.IndexOf(imageId);
        var isIgnored = objects[image].ToLookup(IsIgnored);
        List<TruthObject> free = [.. isIgnored[false].Where(entry => LabelOf(entry) >= 0)];
        TruthObject[] ignored = [.. isIgnored[true].Where(entry => entry.Class < 0 || LabelOf(entry) >= 0)];
        var found = new List<TruthObject>();
        var right = new List<FoundObject>();
        var wrong = new List<FoundObject>();
        foreach (var detection in detections[image].OrderByDescending(entry => entry.Score))
        {
            var best = Best(detection, free);
            if (best >= 0)
            {
                right.Add(detection);
                found.Add(free[best]);
                free.RemoveAt(best);
            }
            else if (!ignored.Any(region => IsWithin(detection, region)))
            {
                wrong.Add(detection);
            }
        }

        return new ImageOutcome(Found: found, Missed: free, Ignored: ignored, Right: right, Wrong: wrong);
    }

    private static bool IsIgnored(TruthObject entry) =>
        entry.Class < 0 || (entry.Marks & (AnnotationMarks.Crowd | AnnotationMarks.Difficult)) != 0;

    private int LabelOf(TruthObject entry) => entry.Class < 0 ? -1 : problem.Labels.Label(problem.TruthClasses[entry.Class]);

    /// <summary>Index of the object that a detection finds; −1: none.</summary>
    private int Best(FoundObject detection, List<TruthObject> free)
    {
        var best = -1;
        var bestIou = 0.0;
        for (var index = 0; index < free.Count; index++)
        {
            var iou = Iou(detection.Box, free[index].Box);
            if (LabelOf(free[index]) == detection.Class && iou >= options.IouThreshold && iou > bestIou)
            {
                best = index;
                bestIou = iou;
            }
        }

        return best;
    }

    private bool IsWithin(FoundObject detection, TruthObject region)
    {
        var isOfClass = region.Class < 0 || LabelOf(region) == detection.Class;
        return isOfClass && Intersection(detection.Box, region.Box) >= options.IouThreshold * detection.Box.Area;
    }

    private static double Iou(ExactBox a, ExactBox b)
    {
        var intersection = Intersection(a, b);
        return intersection == 0 ? 0 : intersection / (a.Area + b.Area - intersection);
    }

    private static double Intersection(ExactBox a, ExactBox b)
    {
        var width = Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1);
        var height = Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1);
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
