using Pipeline.Shared.Datasets;
using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>
/// KITTI's 2D object detection as the devkit's <c>evaluate_object.cpp</c> computes it, in percent. Labels of other formats say nothing of
/// truncation and occlusion; their objects are treated as fully visible.
/// </summary>
/// <remarks>Geiger et al. 2012; 40 recall positions since Simonelli et al. 2019 (MonoDIS).</remarks>
public sealed record KittiMetric : IDetectionMetric
{
    /// <inheritdoc />
    public string Name => "kitti";

    /// <summary>The classes that are measured, if the detector knows them.</summary>
    public IReadOnlyList<KittiClass> Classes { get; init; } = [new("Car", 0.7), new("Pedestrian", 0.5), new("Cyclist", 0.5)];

    /// <summary>What is done with objects of a class that resembles the measured one: Van (Car), Person_sitting (Pedestrian).</summary>
    public KittiObjects Neighbors { get; init; } = KittiObjects.Ignore;

    /// <summary>What is done with detections in DontCare regions that match no object.</summary>
    public KittiObjects DontCare { get; init; } = KittiObjects.Ignore;

    /// <summary>What is done with crowds; KITTI's labels have none.</summary>
    public TruthRole Crowd { get; init; } = TruthRole.Crowd;

    /// <summary>What is done with difficult objects; KITTI's labels have none.</summary>
    public TruthRole Difficult { get; init; } = TruthRole.Ignore;

    /// <summary>What is done with objects of merged classes: <see cref="MergedClasses.Off"/> or <see cref="MergedClasses.Map"/>.</summary>
    public MergedClasses Merged { get; init; } = MergedClasses.Off;

    /// <summary>Which heights of objects count.</summary>
    public KittiHeight Height { get; init; } = KittiHeight.Above;

    /// <summary>What is done with an object of the measured class.</summary>
    internal TruthRole RoleOf(AnnotationMarks marks)
    {
        if ((marks & AnnotationMarks.Crowd) != 0)
        {
            return Crowd;
        }

        return (marks & AnnotationMarks.Difficult) != 0 ? Difficult : TruthRole.Count;
    }

    /// <inheritdoc />
    public MetricReport Evaluate(EvaluationProblem problem) => KittiSummary.Of(ProblemCheck.Require(problem), this);
}

/// <param name="Name">Of the class; case does not matter, as in the devkit.</param>
/// <param name="Overlap">IoU that a detection must exceed, 0 to 1.</param>
public sealed record KittiClass(string Name, double Overlap);

/// <summary>Whether something counts against the detector.</summary>
public enum KittiObjects
{
    /// <summary>It counts neither for nor against.</summary>
    Ignore,

    /// <summary>Detections of it are false.</summary>
    Count,
}

/// <summary>Whether an object of exactly the minimum height counts.</summary>
public enum KittiHeight
{
    /// <summary>It does not: the current devkit.</summary>
    Above,

    /// <summary>It does: older copies of the devkit.</summary>
    AtLeast,
}
