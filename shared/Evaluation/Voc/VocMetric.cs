using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>
/// Average precision as PASCAL VOC's devkit computes it: each detection looks at the object of its class that it overlaps most.
/// </summary>
/// <remarks>
/// Everingham et al. 2010. Labels in VOC's format are read as continuous boxes whose sides are VOC's, 1 added, so that
/// <see cref="PixelConvention.Continuous"/> gives the devkit's number for them.
/// </remarks>
public sealed record VocMetric : IDetectionMetric
{
    /// <inheritdoc />
    public string Name => "voc";

    /// <summary>IoU from which on a detection finds an object, above 0 to 1; ascending.</summary>
    public IReadOnlyList<double> IouThresholds { get; init; } = [0.5];

    /// <summary>How sides are computed from corners.</summary>
    public PixelConvention Pixels { get; init; } = PixelConvention.Continuous;

    /// <summary>Whether an IoU of exactly the threshold is enough.</summary>
    public OverlapLimit Overlap { get; init; } = OverlapLimit.AtLeast;

    /// <summary>What is done with difficult objects.</summary>
    public TruthRole Difficult { get; init; } = TruthRole.Ignore;

    /// <summary>What is done with regions of any class: <see cref="TruthRole.Crowd"/> or <see cref="TruthRole.Drop"/>.</summary>
    public TruthRole DontCare { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with crowds.</summary>
    public TruthRole Crowd { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with objects of merged classes.</summary>
    public MergedClasses Merged { get; init; } = MergedClasses.Map;

    /// <inheritdoc />
    public MetricReport Evaluate(EvaluationProblem problem)
    {
        var rules = new TruthRules(Crowd: Crowd, Difficult: Difficult, DontCare: DontCare, Merged: Merged);
        var curves = new VocEvaluation(ProblemCheck.Require(problem), rules, new VocOverlap(Pixels, Overlap)).Run(IouThresholds);
        return VocSummary.Of(curves, this, problem.Labels.Classes);
    }
}

/// <summary>How sides are computed from corners.</summary>
public enum PixelConvention
{
    /// <summary>x2 − x1: corners are positions.</summary>
    Continuous,

    /// <summary>x2 − x1 + 1: corners are pixels that belong to the box.</summary>
    Inclusive,
}

/// <summary>Whether an overlap of exactly the threshold is enough.</summary>
public enum OverlapLimit
{
    /// <summary>It is: VOC's devkit.</summary>
    AtLeast,

    /// <summary>It is not: py-faster-rcnn's <c>voc_eval.py</c> and its descendants.</summary>
    Above,
}
