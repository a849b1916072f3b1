using Pipeline.Serving.Evaluation;
using Pipeline.Shared.Commands;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Files;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Commands;

/// <summary>Measures a run and shows the result: as files, and as tables or JSON.</summary>
/// <param name="log">The console's log.</param>
internal sealed class EvaluationOutput(ILogger<EvaluationOutput> log)
{
    /// <summary>Measures and writes.</summary>
    /// <param name="run">The run.</param>
    /// <param name="metrics">What is measured.</param>
    /// <param name="folder">Where the reports belong; null: nothing is written.</param>
    /// <param name="cancellation">Ends it between two pictures.</param>
    public EvaluationReport Write(
        CompletedEvaluation run, IReadOnlyList<IDetectionMetric> metrics, string? folder, CancellationToken cancellation)
    {
        var problem = run.Problem();
        var report = EvaluationReports.Of(run, problem, metrics);
        if (folder is not null)
        {
            var results = Path.Combine(folder, EvaluationFolder.ResultsFile);
            AtomicFile.Write(results, stream => run.WriteResults(stream, problem));
            EvaluationReportWriter.Write(folder, report, problem, run.ImagePaths, cancellation);
            log.Detail($"{folder}: {string.Join(", ", EvaluationReportWriter.Files)} and {EvaluationFolder.ResultsFile} written");
        }

        return report;
    }

    /// <summary>Prints the result.</summary>
    /// <param name="report">The result.</param>
    /// <param name="asJson">As <c>report.json</c> has it, and nothing else.</param>
    public static void Print(EvaluationReport report, bool asJson)
    {
        if (asJson)
        {
            Console.Out.Write(EvaluationReportWriter.Json(report));
        }
        else
        {
            EvaluationTable.Print(report);
        }
    }
}
