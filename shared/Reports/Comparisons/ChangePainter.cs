using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;
using Pipeline.Shared.Reports.Pictures;

namespace Pipeline.Shared.Reports.Comparisons;

/// <summary>Draws an image three times: its labels, and what each of two detectors made of it.</summary>
internal sealed class ChangePainter(
    AnalysisOptions options, EvaluationProblem first, EvaluationProblem second, IReadOnlyDictionary<string, string> paths)
{
    private const int LongestSidePixels = 640;

    private readonly OutcomePainter before = new(first, options, paths) { LongestSidePixels = LongestSidePixels };
    private readonly OutcomePainter after = new(second, options, paths) { LongestSidePixels = LongestSidePixels };

    public IReadOnlyList<PagePicture> Paint(ImageChange change) =>
    [
        before.PaintTruth(change.ImageId, "labels"),
        before.Paint(change.ImageId, $"baseline: {WorstPictures.InWords(change.First)}"),
        after.Paint(change.ImageId, $"this run: {WorstPictures.InWords(change.Second)}"),
    ];
}
