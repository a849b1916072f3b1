namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>The images of which the errors change most from one detector to the other.</summary>
/// <param name="Better">With fewer errors, the greatest change first; as great a change in the order of the images.</param>
/// <param name="Worse">With more.</param>
internal sealed record ImageChanges(IReadOnlyList<ImageChange> Better, IReadOnlyList<ImageChange> Worse)
{
    public static ImageChanges Of(EvaluationProblem first, EvaluationProblem second, AnalysisOptions options)
    {
        ImageChange[] changes =
        [
            .. ErrorsByImage.Of(first, options).Zip(
                ErrorsByImage.Of(second, options), (before, after) => new ImageChange(before.ImageId, before, after)),
        ];
        return new ImageChanges(
            Better: [.. changes.Where(change => Growth(change) < 0).OrderBy(Growth).Take(options.WorstImages)],
            Worse: [.. changes.Where(change => Growth(change) > 0).OrderByDescending(Growth).Take(options.WorstImages)]);
    }

    private static int Growth(ImageChange change) => change.Second.Errors - change.First.Errors;
}
