using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Pictures;

/// <summary>The worst images, drawn.</summary>
internal static class WorstPictures
{
    /// <param name="analysis">Which images they are; null: none.</param>
    /// <param name="problem">Truth and detections.</param>
    /// <param name="paths">Image files by id.</param>
    /// <param name="cancellation">Ends the work between two pictures.</param>
    public static IReadOnlyList<PagePicture> Of(
        DetectionAnalysis? analysis,
        EvaluationProblem problem,
        IReadOnlyDictionary<string, string> paths,
        CancellationToken cancellation)
    {
        if (analysis is null)
        {
            return [];
        }

        var painter = new OutcomePainter(problem, analysis.Options, paths);
        var pictures = new List<PagePicture>();
        foreach (var image in analysis.Worst)
        {
            cancellation.ThrowIfCancellationRequested();
            pictures.Add(painter.Paint(image.ImageId, $"{image.ImageId}: {InWords(image)}"));
        }

        return pictures;
    }

    /// <summary>"2 missed, 1 wrong, 5 right".</summary>
    public static string InWords(ImageErrors errors) => $"{errors.Missed} missed, {errors.Wrong} wrong, {errors.Right} right";
}
