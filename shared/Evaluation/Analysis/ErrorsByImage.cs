namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Errors of each image among the detections from a score on.</summary>
internal static class ErrorsByImage
{
    /// <returns>Of all images, in their order.</returns>
    public static ImageErrors[] Of(EvaluationProblem problem, AnalysisOptions options)
    {
        var analyzed = AnalyzedProblem.Of(problem);
        return Of(analyzed, new ObjectMatches(analyzed, options.IouThreshold), problem.ImageIds, options.ScoreThreshold);
    }

    /// <returns>Of all images, in their order.</returns>
    public static ImageErrors[] Of(
        AnalyzedProblem problem, ObjectMatches matches, IReadOnlyList<string> imageIds, double scoreThreshold)
    {
        var errors = new ImageErrors[problem.Images];
        for (var image = 0; image < errors.Length; image++)
        {
            var right = 0;
            var wrong = 0;
            for (var detection = problem.Detections.Start(image); detection < problem.Detections.Start(image + 1); detection++)
            {
                if (problem.Detections[detection].Score >= scoreThreshold)
                {
                    right += matches.IsRight(detection) ? 1 : 0;
                    wrong += matches.IsWrong(detection) ? 1 : 0;
                }
            }

            errors[image] = new ImageErrors(
                Image: image,
                ImageId: imageIds[image],
                Missed: problem.Objects.Of(image).Length - right,
                Wrong: wrong,
                Right: right);
        }

        return errors;
    }

    /// <summary>
    /// Those with the most errors, the worst first; as many errors in the order of the images. Images without one are left out.
    /// </summary>
    public static IReadOnlyList<ImageErrors> Worst(ImageErrors[] images, int count) =>
        [.. images.Where(image => image.Errors > 0).OrderByDescending(image => image.Errors).Take(count)];
}
