using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>An object of a measured class that should be found.</summary>
internal readonly record struct CountedObject(int Image, int Class, ExactBox Box, double AreaPixels);

/// <summary>A region in which detections of its class count neither for nor against; class −1: of any class.</summary>
internal readonly record struct IgnoredRegion(int Image, int Class, ExactBox Box);

/// <summary>
/// A problem as all analyses see it: classes are merged, those that are not measured are left out, and crowds, difficult objects and
/// regions of any class are regions to ignore. Classes are indices into those of the label map.
/// </summary>
internal sealed class AnalyzedProblem
{
    /// <summary>As in COCO's metric.</summary>
    private static readonly TruthRules Rules = new(
        Crowd: TruthRole.Crowd, Difficult: TruthRole.Crowd, DontCare: TruthRole.Crowd, Merged: MergedClasses.Map);

    private AnalyzedProblem(EvaluationProblem problem)
    {
        Images = problem.ImageIds.Length;
        Classes = problem.Labels.Classes.Count;
        var objects = new List<CountedObject>(problem.Objects.Length);
        var regions = new List<IgnoredRegion>();
        foreach (var ruled in Rules.Of(problem))
        {
            ref readonly var truth = ref problem.Objects.ItemRef(ruled.Row);
            if (ruled.Role == TruthRole.Count)
            {
                objects.Add(new CountedObject(truth.Image, ruled.Class, truth.Box, truth.AreaPixels));
            }
            else
            {
                regions.Add(new IgnoredRegion(truth.Image, ruled.Class, truth.Box));
            }
        }

        Objects = new ByImage<CountedObject>(Images, objects, entry => entry.Image);
        Regions = new ByImage<IgnoredRegion>(Images, regions, entry => entry.Image);
        Detections = new ByImage<FoundObject>(Images, Ranked(problem), entry => entry.Image);
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
    public ByImage<FoundObject> Detections { get; }

    /// <exception cref="EvaluationInputException">A number is not finite, or an image is unknown.</exception>
    public static AnalyzedProblem Of(EvaluationProblem problem) => new(ProblemCheck.Require(problem));

    /// <summary>Whether more than a part of a detection lies in a region to ignore of its class, or of any.</summary>
    public bool IsInRegion(in FoundObject detection, double part)
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

    /// <summary>Those of the measured classes by descending score.</summary>
    private List<FoundObject> Ranked(EvaluationProblem problem)
    {
        double[] scores = [.. problem.Detections.Select(found => found.Score)];
        var ranked = new List<FoundObject>(scores.Length);
        foreach (var row in ScoreOrder.Descending(scores))
        {
            ref readonly var found = ref problem.Detections.ItemRef(row);
            if (found.Class >= 0 && found.Class < Classes)
            {
                ranked.Add(found);
            }
        }

        return ranked;
    }
}
