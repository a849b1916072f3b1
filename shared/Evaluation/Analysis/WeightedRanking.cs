using Pipeline.Shared.Evaluation.Coco;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>
/// The detections of one class as COCO ranks and matches them, whose AP can be computed again for any number of copies of each image:
/// matches are made within an image, so they do not depend on the other images. The copies of a detection stand next to each other.
/// </summary>
internal sealed class WeightedRanking
{
    private readonly int[] imageOf;
    private readonly uint[] found;
    private readonly uint[] ignored;
    private readonly int[] objectImages;

    private WeightedRanking(int[] imageOf, uint[] found, uint[] ignored, int[] objectImages)
    {
        this.imageOf = imageOf;
        this.found = found;
        this.ignored = ignored;
        this.objectImages = objectImages;
    }

    /// <summary>Ranks and matches one class.</summary>
    public static WeightedRanking Of(CocoProblem problem, int label, CocoMetric metric)
    {
        var ranking = CocoRanking.Of(problem.Found, problem.DetectionsOf(label), metric.MaxDetections[^1]);
        var objects = problem.ObjectsOf(label);
        var outcomes = new CocoOutcomes(metric.IouThresholds, detections: ranking.Rows.Length, objects: objects.Length);
        var candidates = CocoCandidates.Of(problem, label, ranking, CocoOutcomes.LowestBar(metric.IouThresholds));
        outcomes.Match(problem, label, ranking, candidates, CocoAreaRange.All);
        var images = new int[ranking.Rows.Length];
        var ignored = new uint[images.Length];
        for (var rank = 0; rank < images.Length; rank++)
        {
            images[rank] = problem.Found[ranking.Rows[rank]].Image;
            ignored[rank] = outcomes.All & ~(outcomes.TruePositives[rank] | outcomes.FalsePositives[rank]);
        }

        return new WeightedRanking(
            imageOf: images,
            found: outcomes.TruePositives.ToArray(),
            ignored: ignored,
            objectImages: CountedImages(problem, objects));
    }

    /// <summary>AP over all thresholds and recall points; NaN where there is no object.</summary>
    /// <param name="copies">How often each image is there.</param>
    /// <param name="walk">Working memory of one thread.</param>
    public double Ap(ReadOnlySpan<int> copies, ApWalk walk)
    {
        var objects = 0;
        foreach (var image in objectImages)
        {
            objects += copies[image];
        }

        if (objects == 0)
        {
            return double.NaN;
        }

        walk.Begin(objects);
        for (var rank = 0; rank < imageOf.Length; rank++)
        {
            walk.Count(copies[imageOf[rank]], found[rank], ignored[rank]);
        }

        for (var rank = imageOf.Length - 1; rank >= 0; rank--)
        {
            walk.StepBack(copies[imageOf[rank]], found[rank], ignored[rank]);
        }

        return walk.Ap();
    }

    /// <summary>The image of each object that should be found.</summary>
    private static int[] CountedImages(CocoProblem problem, ReadOnlySpan<int> objects)
    {
        var images = new List<int>(objects.Length);
        foreach (var index in objects)
        {
            ref readonly var entry = ref problem.Truth[index];
            if (entry.Role == TruthRole.Count && CocoAreaRange.All.Contains(entry.Area))
            {
                images.Add(entry.Image);
            }
        }

        return [.. images];
    }
}
