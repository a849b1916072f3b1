using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>An evaluation as a page.</summary>
internal static class EvaluationPage
{
    public static string Of(EvaluationReport report, EvaluationProblem problem, IReadOnlyList<PagePicture> pictures)
    {
        var page = new ReportPage(EvaluationFacts.Title(report), EvaluationFacts.Lead(report, problem));
        var summary = page.Section("Summary");
        foreach (var warning in EvaluationFacts.Warnings(report, problem))
        {
            summary.Note(warning, PageTone.Warning);
        }

        MetricSections.AddNumbers(summary, report);
        MetricSections.AddClasses(page, report);
        CurveSections.Add(page, report.Metrics);
        if (report.Analysis is { } analysis)
        {
            AnalysisSections.AddErrors(page, analysis);
            AnalysisSections.AddHistograms(page, analysis);
            ConfusionSection.Add(page, analysis);
            AnalysisSections.AddWorst(page, analysis, pictures);
        }

        SpeedSection.Add(page, report);
        page.Section("What was measured").Facts(EvaluationFacts.Of(report, problem)).Names("Classes", problem.Labels.Classes);
        return page.Finish();
    }
}
