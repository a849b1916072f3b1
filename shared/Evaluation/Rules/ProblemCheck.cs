using System.Collections.Immutable;

namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>What every metric refuses before it measures.</summary>
internal static class ProblemCheck
{
    /// <returns>The problem, with its rows by image.</returns>
    /// <exception cref="EvaluationInputException">A row names an unknown image, or a number is not finite.</exception>
    public static EvaluationProblem Require(EvaluationProblem problem)
    {
        RequireObjects(problem);
        RequireDetections(problem);
        var sorted = problem;
        if (!IsByImage(problem.Objects, entry => entry.Image))
        {
            sorted = sorted with { Objects = [.. problem.Objects.OrderBy(entry => entry.Image)] };
        }

        if (!IsByImage(problem.Detections, entry => entry.Image))
        {
            sorted = sorted with { Detections = [.. problem.Detections.OrderBy(entry => entry.Image)] };
        }

        return sorted;
    }

    private static bool IsByImage<T>(ImmutableArray<T> rows, Func<T, int> imageOf)
    {
        var last = 0;
        foreach (var row in rows)
        {
            var image = imageOf(row);
            if (image < last)
            {
                return false;
            }

            last = image;
        }

        return true;
    }

    private static void RequireObjects(EvaluationProblem problem)
    {
        var images = problem.ImageIds.Length;
        for (var i = 0; i < problem.Objects.Length; i++)
        {
            ref readonly var entry = ref problem.Objects.ItemRef(i);
            if ((uint)entry.Image >= (uint)images)
            {
                throw new EvaluationInputException($"object {i} is in image {entry.Image}, but only {images} images are evaluated.");
            }

            if (!entry.Box.IsFinite || !double.IsFinite(entry.AreaPixels))
            {
                throw new EvaluationInputException(
                    $"object {i} (image {problem.ImageIds[entry.Image]}) has a number that is not finite in its box or area.");
            }
        }
    }

    private static void RequireDetections(EvaluationProblem problem)
    {
        var images = problem.ImageIds.Length;
        for (var i = 0; i < problem.Detections.Length; i++)
        {
            ref readonly var entry = ref problem.Detections.ItemRef(i);
            if ((uint)entry.Image >= (uint)images)
            {
                throw new EvaluationInputException(
                    $"detection {i} is in image {entry.Image}, but only {images} images are evaluated; leave it out, or add the image.");
            }

            if (!entry.Box.IsFinite || !double.IsFinite(entry.Score))
            {
                throw new EvaluationInputException(
                    $"detection {i} (image {problem.ImageIds[entry.Image]}) has a number that is not finite in its score or box.");
            }
        }
    }
}
