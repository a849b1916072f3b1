using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;

namespace Pipeline.Shared.Reports;

/// <summary>Result of a comparison, <c>comparison.json</c>.</summary>
/// <param name="Baseline">The run that every other is compared with.</param>
/// <param name="Comparisons">The others.</param>
public sealed record ComparisonReport(ComparedRun Baseline, IReadOnlyList<ComparisonWithBaseline> Comparisons);

/// <summary>A run of <c>evaluate</c> that is compared.</summary>
/// <param name="Folder">As the user named it.</param>
/// <param name="Model">The model that was measured.</param>
/// <param name="Precision">What its weights are stored as.</param>
/// <param name="Data">What it was measured on.</param>
public sealed record ComparedRun(string Folder, EvaluatedModel Model, string Precision, EvaluatedData Data)
{
    /// <summary>For people: model and folder.</summary>
    public override string ToString() => $"{Model.Name}/{Model.Version} ({Folder})";
}

/// <param name="Run">The run.</param>
/// <param name="Result">What it is better and worse at than the baseline.</param>
public sealed record ComparisonWithBaseline(ComparedRun Run, PairedComparison Result);

/// <summary>Labels and detections of the runs of a comparison, for its pictures.</summary>
/// <param name="Baseline">Of the baseline.</param>
/// <param name="Others">Of the others, in the order of the report.</param>
/// <param name="ImagePaths">Image files by id.</param>
public sealed record ComparedDetections(
    EvaluationProblem Baseline, IReadOnlyList<EvaluationProblem> Others, IReadOnlyDictionary<string, string> ImagePaths);
