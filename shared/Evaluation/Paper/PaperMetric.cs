using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Evaluation.Paper;

/// <summary>
/// The mAP of the paper's tables, in percent, as its authors' code computes it (detectron2's <c>PascalVOCDetectionEvaluator</c>): VOC's
/// area under the curve over IoU 0.50 to 0.95 and the detector's classes, without regions to ignore.
/// </summary>
/// <remarks>
/// Their evaluator adds 1 to the left and top of a detection, since their loader takes 1 away from the labels' when it trains; here both
/// keep the labels' numbers, which comes to the same. Equal scores are ranked by image and row, there by chance. Labels in VOC's format
/// are read with xmin − 1 and ymin − 1; <see cref="PixelConvention.Continuous"/> gives the authors' number for them.
/// </remarks>
public sealed record PaperMetric : IDetectionMetric
{
    /// <inheritdoc />
    public string Name => "paper";

    /// <summary>IoU that a detection must exceed, above 0 to 1; ascending.</summary>
    public IReadOnlyList<double> IouThresholds { get; init; } = [.. Enumerable.Range(0, 10).Select(i => (50 + 5 * i) / 100.0)];

    /// <summary>How sides are computed from corners.</summary>
    public PixelConvention Pixels { get; init; } = PixelConvention.Inclusive;

    /// <summary>Whether an IoU of exactly the threshold is enough.</summary>
    public OverlapLimit Overlap { get; init; } = OverlapLimit.Above;

    /// <summary>Corners of the labels.</summary>
    public PaperTruth Truth { get; init; } = PaperTruth.Truncated;

    /// <summary>Corners and scores of the detections.</summary>
    public PaperDetections Detections { get; init; } = PaperDetections.Rounded;

    /// <summary>What is done with difficult objects; KITTI's labels have none.</summary>
    public TruthRole Difficult { get; init; } = TruthRole.Ignore;

    /// <summary>What is done with regions of any class: <see cref="TruthRole.Drop"/> or <see cref="TruthRole.Crowd"/>.</summary>
    public TruthRole DontCare { get; init; } = TruthRole.Drop;

    /// <summary>What is done with crowds.</summary>
    public TruthRole Crowd { get; init; } = TruthRole.Drop;

    /// <summary>What is done with objects of merged classes.</summary>
    public MergedClasses Merged { get; init; } = MergedClasses.Map;

    /// <inheritdoc />
    public MetricReport Evaluate(EvaluationProblem problem)
    {
        var written = PaperNumbers.AsWritten(ProblemCheck.Require(problem), Truth, Detections);
        var rules = new TruthRules(Crowd: Crowd, Difficult: Difficult, DontCare: DontCare, Merged: Merged);
        var curves = new VocEvaluation(written, rules, new VocOverlap(Pixels, Overlap)).Run(IouThresholds);
        return PaperSummary.Of(curves, this, problem.Labels.Classes);
    }
}

/// <summary>Corners of the labels.</summary>
public enum PaperTruth
{
    /// <summary>Their whole part, as the authors' code reads them.</summary>
    Truncated,

    /// <summary>As the file has them.</summary>
    Exact,
}

/// <summary>Corners and scores of the detections.</summary>
public enum PaperDetections
{
    /// <summary>Corners to 1 decimal, scores to 3, as the authors' code writes them.</summary>
    Rounded,

    /// <summary>As the detector gives them.</summary>
    Exact,
}
