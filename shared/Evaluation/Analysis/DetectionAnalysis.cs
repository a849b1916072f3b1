using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using Pipeline.Shared.Configuration;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>Why a detector has the AP that it has.</summary>
/// <param name="Errors">What AP each kind of error costs, as TIDE defines it.</param>
/// <param name="Confusion">What was found for what.</param>
/// <param name="Scores">Right and wrong detections by score.</param>
/// <param name="Sizes">Objects and those that were found by size.</param>
/// <param name="Worst">The images with the most errors, the worst first.</param>
public sealed record DetectionAnalysis(
    ErrorCosts Errors,
    ConfusionMatrix Confusion,
    IReadOnlyList<ScoreBin> Scores,
    IReadOnlyList<SizeBin> Sizes,
    IReadOnlyList<ImageErrors> Worst)
{
    /// <summary>The numbers that it was made with.</summary>
    public required AnalysisOptions Options { get; init; }

    /// <summary>
    /// Analyzes. Crowds, difficult objects and regions of any class count neither for nor against, as in COCO's metric; classes are merged
    /// as the problem's label map says.
    /// </summary>
    /// <param name="problem">Labels and detections.</param>
    /// <param name="options">Thresholds.</param>
    /// <exception cref="EvaluationInputException">A number is not finite.</exception>
    /// <exception cref="ConfigurationException">A threshold is out of its range.</exception>
    public static DetectionAnalysis Of(EvaluationProblem problem, AnalysisOptions? options = null)
    {
        options ??= new AnalysisOptions();
        OptionRules.Check(options);
        var analyzed = AnalyzedProblem.Of(problem);
        var matches = new ObjectMatches(analyzed, options.IouThreshold);
        bool IsFound(int counted) =>
            matches.FinderOf(counted) is { } finder && analyzed.Detections[finder].Score >= options.ScoreThreshold;
        var images = ErrorsByImage.Of(analyzed, matches, problem.ImageIds, options.ScoreThreshold);
        return new DetectionAnalysis(
            Errors: TideCosts.Of(analyzed, matches, options),
            Confusion: ConfusionCounts.Of(analyzed, problem.Labels.Classes, options),
            Scores: ScoreHistogram.Of(analyzed, matches),
            Sizes: SizeHistogram.Of(analyzed, IsFound),
            Worst: ErrorsByImage.Worst(images, options.WorstImages))
        {
            Options = options,
        };
    }
}

/// <summary>Thresholds of an analysis.</summary>
public sealed record AnalysisOptions
{
    /// <summary>A detection is right from this IoU with an object of its class on (TIDE's <c>pos_threshold</c>).</summary>
    [Range(0.01, 1)]
    public double IouThreshold { get; init; } = 0.5;

    /// <summary>Below this IoU with every object a detection is of the background (TIDE's <c>background_threshold</c>).</summary>
    [Range(0, 1)]
    public double BackgroundIou { get; init; } = 0.1;

    /// <summary>
    /// Detections with a lower score are left out of the confusion matrix, the worst images, and the objects found by size.
    /// </summary>
    public double ScoreThreshold { get; init; } = 0.5;

    /// <summary>How many of the worst images are named.</summary>
    [Range(0, 1000)]
    public int WorstImages { get; init; } = 12;
}

/// <summary>Bolya et al. 2020, "TIDE: A General Toolbox for Identifying Object Detection Errors".</summary>
/// <param name="Ap">
/// AP at the IoU threshold before anything is fixed, 0..1; null where there is no object. TIDE's own: a class that has detections but no
/// object counts as 0, and 100 detections of an image, of all classes together, take part.
/// </param>
/// <param name="Kinds">
/// <c>classification</c>, <c>localization</c>, <c>both</c>, <c>duplicate</c>, <c>background</c>, <c>missed</c>, and TIDE's special
/// <c>falsePositives</c> and <c>falseNegatives</c>.
/// </param>
public sealed record ErrorCosts(double? Ap, IReadOnlyList<ErrorCost> Kinds);

/// <param name="Kind">Of error.</param>
/// <param name="Count">
/// How many errors are of it; <c>falsePositives</c>: detections that found nothing, <c>falseNegatives</c>: objects that were not found.
/// </param>
/// <param name="ApCost">
/// What AP would gain if all of them were fixed, and nothing else; 0..1. The two special ones can be below 0 by a trifle.
/// </param>
public sealed record ErrorCost(string Kind, int Count, double ApCost);

/// <param name="Classes">Of rows and columns; after the last stands the background.</param>
/// <param name="Counts">Row: the object's class, last: nothing was there. Column: the detection's, last: nothing was found.</param>
public sealed record ConfusionMatrix(IReadOnlyList<string> Classes, IReadOnlyList<IReadOnlyList<int>> Counts);

/// <param name="From">Lowest score.</param>
/// <param name="To">Highest score.</param>
/// <param name="Right">Detections that found an object.</param>
/// <param name="Wrong">Those that did not.</param>
public sealed record ScoreBin(double From, double To, int Right, int Wrong);

/// <param name="FromPixels">Least square root of the area.</param>
/// <param name="ToPixels">Greatest; null: no limit.</param>
/// <param name="Objects">That should be found.</param>
/// <param name="Found">That were.</param>
public sealed record SizeBin(double FromPixels, double? ToPixels, int Objects, int Found);

/// <param name="Image">Index into the problem's images.</param>
/// <param name="ImageId">Of the image.</param>
/// <param name="Missed">Objects that were not found.</param>
/// <param name="Wrong">Detections that found no object.</param>
/// <param name="Right">Detections that found one.</param>
public sealed record ImageErrors(int Image, string ImageId, int Missed, int Wrong, int Right)
{
    /// <summary>Missed and wrong together.</summary>
    [JsonIgnore]
    public int Errors => Missed + Wrong;
}
