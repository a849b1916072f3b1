using Pipeline.Shared;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Files;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>Compares finished runs of <c>evaluate</c>: the first is the baseline of all others.</summary>
/// <param name="Report">What was found.</param>
/// <param name="Detections">What it was found from.</param>
internal sealed record RunComparison(ComparisonReport Report, ComparedDetections Detections)
{
    /// <param name="folders">Folders of runs, the baseline first.</param>
    /// <param name="options">How to resample.</param>
    /// <param name="progress">Told how many resamples of a comparison are done, by several threads; may be null.</param>
    /// <param name="cancellation">Ends the work.</param>
    /// <exception cref="UserErrorException">
    /// A folder is named twice or holds no finished run, or runs are of other images, labels or classes: which, and what differs.
    /// </exception>
    public static RunComparison Of(
        IReadOnlyList<string> folders, BootstrapOptions options, IProgress<int>? progress, CancellationToken cancellation)
    {
        RequireDifferent(folders);
        (string Folder, CompletedEvaluation Run)[] runs = [.. folders.Select(folder => (folder, EvaluationFolder.Open(folder)))];
        var baseline = runs[0].Run.Problem();
        var comparisons = new List<ComparisonWithBaseline>();
        var problems = new List<EvaluationProblem>();
        foreach (var (folder, run) in runs.Skip(1))
        {
            cancellation.ThrowIfCancellationRequested();
            var problem = run.Problem();
            problems.Add(problem);
            comparisons.Add(new ComparisonWithBaseline(
                Compared(folder, run), Compare(folders[0], baseline, folder, problem, options, progress, cancellation)));
        }

        return new RunComparison(
            new ComparisonReport(Compared(folders[0], runs[0].Run), comparisons),
            new ComparedDetections(baseline, problems, runs[0].Run.ImagePaths));
    }

    private static PairedComparison Compare(
        string firstFolder,
        EvaluationProblem first,
        string secondFolder,
        EvaluationProblem second,
        BootstrapOptions options,
        IProgress<int>? progress,
        CancellationToken cancellation)
    {
        try
        {
            return PairedComparison.Of(first, second, options, progress, cancellation);
        }
        catch (UserErrorException error)
        {
            throw new UserErrorException($"{firstFolder} and {secondFolder}: {error.Message}", error);
        }
    }

    private static void RequireDifferent(IReadOnlyList<string> folders)
    {
        var seen = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            InputFile.RequireFolder(folder, "folder of an evaluation");
            var target = new DirectoryInfo(folder).ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? Path.GetFullPath(folder);
            if (!seen.TryAdd(Path.TrimEndingDirectorySeparator(target), folder))
            {
                throw new UserErrorException($"{folder}: this folder is named twice; name the folders of different runs.");
            }
        }
    }

    private static ComparedRun Compared(string folder, CompletedEvaluation run) =>
        new(folder, run.Facts.Model, run.Facts.Precision, run.Facts.Data);
}
