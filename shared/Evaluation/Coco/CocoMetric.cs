using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Coco;

/// <summary>
/// Average precision as COCO computes it: greedy matching per image and class, 101 recall points. Without an option it gives the numbers
/// of pycocotools, where KITTI's DontCare regions and VOC's difficult objects are crowds.
/// </summary>
/// <remarks>Lin et al. 2014; equal to pycocotools to 1e-9.</remarks>
public sealed record CocoMetric : IDetectionMetric
{
    /// <summary>Most IoU thresholds.</summary>
    public const int MostThresholds = RuleNumbers.Most;

    /// <summary>0.50, 0.55 … 0.95, with NumPy's rounding of <c>linspace</c>.</summary>
    private static readonly double[] OfficialThresholds = [.. Enumerable.Range(0, 9).Select(i => 0.5 + i * ((0.95 - 0.5) / 9)), 0.95];

    /// <inheritdoc />
    public string Name => "coco";

    /// <summary>Detections of an image and class that take part, for the recall numbers; ascending.</summary>
    public IReadOnlyList<int> MaxDetections { get; init; } = [1, 10, 100];

    /// <summary>IoU from which on a detection finds an object, above 0 to 1; ascending, at most <see cref="MostThresholds"/>.</summary>
    public IReadOnlyList<double> IouThresholds { get; init; } = OfficialThresholds;

    /// <summary>Areas that are measured by themselves, besides all.</summary>
    public IReadOnlyList<CocoAreaRange> AreaRanges { get; init; } =
        [new("small", 0, 1024), new("medium", 1024, 9216), new("large", 9216, 1e10)];

    /// <summary>What is done with crowds.</summary>
    public TruthRole Crowd { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with difficult objects.</summary>
    public TruthRole Difficult { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with regions of any class: <see cref="TruthRole.Crowd"/> or <see cref="TruthRole.Drop"/>.</summary>
    public TruthRole DontCare { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with objects of merged classes.</summary>
    public MergedClasses Merged { get; init; } = MergedClasses.Map;

    /// <inheritdoc />
    public MetricReport Evaluate(EvaluationProblem problem)
    {
        var rules = new TruthRules(Crowd: Crowd, Difficult: Difficult, DontCare: DontCare, Merged: Merged);
        var curves = CocoEvaluation.Run(CocoProblem.Of(ProblemCheck.Require(problem), rules), this);
        return CocoSummary.Of(curves, this, problem.Labels.Classes);
    }
}

/// <summary>Objects by area in square pixels; both ends belong to it.</summary>
/// <param name="Name">As the numbers name it: APsmall.</param>
/// <param name="Least">The least area.</param>
/// <param name="Most">The greatest.</param>
public sealed record CocoAreaRange(string Name, double Least, double Most)
{
    /// <summary>All areas.</summary>
    internal static CocoAreaRange All { get; } = new("all", 0, 1e10);

    /// <summary>Whether an area belongs to it.</summary>
    public bool Contains(double area) => area >= Least && area <= Most;
}
