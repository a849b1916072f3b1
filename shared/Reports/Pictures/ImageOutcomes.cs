using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Reports.Pictures;

/// <summary>What became of the objects and detections of an image; the numbers of the analysis count the same.</summary>
/// <param name="Found">Objects that were found.</param>
/// <param name="Missed">Objects that were not.</param>
/// <param name="Ignored">Regions and objects that count neither for nor against.</param>
/// <param name="Right">Detections that found an object.</param>
/// <param name="Wrong">Detections that found none, and lie in no region that is ignored.</param>
internal sealed record ImageOutcome(
    IReadOnlyList<CountedObject> Found,
    IReadOnlyList<CountedObject> Missed,
    IReadOnlyList<ExactBox> Ignored,
    IReadOnlyList<FoundObject> Right,
    IReadOnlyList<FoundObject> Wrong);

/// <summary>Tells what became of objects and detections, for pictures.</summary>
internal sealed class ImageOutcomes
{
    private readonly AnalyzedProblem problem;
    private readonly ObjectMatches matches;
    private readonly double scoreThreshold;
    private readonly Dictionary<string, int> images = new(StringComparer.Ordinal);

    /// <param name="problem">Truth and detections.</param>
    /// <param name="options">From which score on detections are shown, and from which IoU on they are right.</param>
    public ImageOutcomes(EvaluationProblem problem, AnalysisOptions options)
    {
        this.problem = AnalyzedProblem.Of(problem);
        matches = new ObjectMatches(this.problem, options.IouThreshold);
        scoreThreshold = options.ScoreThreshold;
        for (var image = 0; image < problem.ImageIds.Length; image++)
        {
            images[problem.ImageIds[image]] = image;
        }
    }

    /// <summary>Of an image.</summary>
    public ImageOutcome Of(string imageId)
    {
        var image = images[imageId];
        var objects = Range(problem.Objects, image).ToLookup(IsFound);
        int[] shown = [.. Range(problem.Detections, image).Where(row => problem.Detections[row].Score >= scoreThreshold)];
        return new ImageOutcome(
            Found: [.. objects[true].Select(row => problem.Objects[row])],
            Missed: [.. objects[false].Select(row => problem.Objects[row])],
            Ignored: [.. Range(problem.Regions, image).Select(row => problem.Regions[row].Box)],
            Right: [.. shown.Where(matches.IsRight).Select(row => problem.Detections[row])],
            Wrong: [.. shown.Where(matches.IsWrong).Select(row => problem.Detections[row])]);
    }

    private bool IsFound(int row) =>
        matches.FinderOf(row) is { } finder && problem.Detections[finder].Score >= scoreThreshold;

    private static IEnumerable<int> Range<T>(ByImage<T> entries, int image) =>
        Enumerable.Range(entries.Start(image), entries.Start(image + 1) - entries.Start(image));
}
