using Pipeline.Shared.Datasets;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>An object of a measured class that should be found.</summary>
internal readonly record struct CountedObject(int Image, int Class, ExactBox Box, double AreaPixels);

/// <summary>A region in which detections of its class count neither for nor against; class −1: of any class.</summary>
internal readonly record struct IgnoredRegion(int Image, int Class, ExactBox Box);

/// <summary>A detection; its row is its place among all detections of the problem.</summary>
internal readonly record struct ScoredDetection(int Image, int Class, ExactBox Box, double Score, int Row);

/// <summary>
/// A problem as all analyses see it: classes are merged, those that are not measured are left out, and crowds, difficult objects and
/// regions of any class are regions to ignore. Classes are indices into those of the label map.
/// </summary>
internal sealed class AnalyzedProblem
{
    private AnalyzedProblem(
        EvaluationProblem problem, List<CountedObject> objects, List<IgnoredRegion> regions, List<ScoredDetection> detections)
    {
        Images = problem.ImageIds.Length;
        Classes = problem.Labels.Classes.Count;
        Objects = new ByImage<CountedObject>(Images, objects, entry => entry.Image);
        Regions = new ByImage<IgnoredRegion>(Images, regions, entry => entry.Image);
        Detections = new ByImage<ScoredDetection>(Images, detections, entry => entry.Image);
        for (var image = 0; image < Images; image++)
        {
            Detections.Of(image).Sort(ByScore);
        }
    }

    /// <summary>How many images there are.</summary>
    public int Images { get; }

    /// <summary>How many classes are measured.</summary>
    public int Classes { get; }

    /// <summary>What should be found.</summary>
    public ByImage<CountedObject> Objects { get; }

    /// <summary>Where nothing is counted.</summary>
    public ByImage<IgnoredRegion> Regions { get; }

    /// <summary>What was found; an image's in descending order of score, equal scores in the order of the problem.</summary>
    public ByImage<ScoredDetection> Detections { get; }

    /// <summary>Whether more than a part of a detection lies in a region to ignore of its class, or of any.</summary>
    public bool IsInRegion(in ScoredDetection detection, double part)
    {
        foreach (ref readonly var region in Regions.Of(detection.Image))
        {
            var isOfClass = region.Class < 0 || region.Class == detection.Class;
            if (isOfClass && Overlap.InRegion(detection.Box, region.Box) > part)
            {
                return true;
            }
        }

        return false;
    }

    /// <exception cref="EvaluationInputException">A detection has a NaN in its score or box.</exception>
    public static AnalyzedProblem Of(EvaluationProblem problem)
    {
        int[] labels = [.. problem.TruthClasses.Select(problem.Labels.Label)];
        var objects = new List<CountedObject>(problem.Objects.Length);
        var regions = new List<IgnoredRegion>();
        foreach (var truth in problem.Objects)
        {
            var label = truth.Class < 0 ? -1 : labels[truth.Class];
            if (truth.Class < 0 || (label >= 0 && (truth.Marks & (AnnotationMarks.Crowd | AnnotationMarks.Difficult)) != 0))
            {
                regions.Add(new IgnoredRegion(truth.Image, label, truth.Box));
            }
            else if (label >= 0)
            {
                objects.Add(new CountedObject(truth.Image, label, truth.Box, truth.AreaPixels));
            }
        }

        return new AnalyzedProblem(problem, objects, regions, MeasuredDetections(problem));
    }

    /// <summary>Those of the measured classes.</summary>
    private static List<ScoredDetection> MeasuredDetections(EvaluationProblem problem)
    {
        var detections = new List<ScoredDetection>(problem.Detections.Length);
        for (var row = 0; row < problem.Detections.Length; row++)
        {
            var found = problem.Detections[row];
            if (double.IsNaN(found.Score + found.Box.X1 + found.Box.Y1 + found.Box.Width + found.Box.Height))
            {
                throw new EvaluationInputException(
                    $"detection {row} (image '{problem.ImageIds[found.Image]}') has a NaN in its score or box.");
            }

            if (found.Class >= 0 && found.Class < problem.Labels.Classes.Count)
            {
                detections.Add(new ScoredDetection(found.Image, found.Class, found.Box, found.Score, row));
            }
        }

        return detections;
    }

    private static int ByScore(ScoredDetection first, ScoredDetection second)
    {
        var byScore = second.Score.CompareTo(first.Score);
        return byScore != 0 ? byScore : first.Row.CompareTo(second.Row);
    }
}
