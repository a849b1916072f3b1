using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Charts;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>Why the numbers are what they are.</summary>
internal static class AnalysisSections
{
    /// <summary>What AP each kind of error costs.</summary>
    public static void AddErrors(ReportPage page, DetectionAnalysis analysis)
    {
        var costs = analysis.Errors;
        var section = page.Section("Error kinds");
        section.Paragraph(costs.Ap is null
            ? "No class has an object, so no error costs anything."
            : $"AP at IoU {NumberText.Decimals(analysis.Options.IouThreshold, 2)} is {NumberText.Fraction(costs.Ap)}. The cost of a kind "
                + "is what AP would gain if its errors alone were fixed (TIDE, Bolya et al. 2020); the costs do not add up.");
        if (costs.Kinds.Count > 0)
        {
            section.Table(ErrorTable.Of(costs, analysis.Options));
        }
    }

    /// <summary>Detections by score, objects by size.</summary>
    public static void AddHistograms(ReportPage page, DetectionAnalysis analysis)
    {
        Chart[] charts = [.. new Chart?[] { Scores(analysis), Sizes(analysis) }.OfType<Chart>()];
        if (charts.Length > 0)
        {
            page.Section("Scores and sizes").Charts(charts);
        }
    }

    /// <summary>The images with the most errors, drawn.</summary>
    public static void AddWorst(ReportPage page, DetectionAnalysis analysis, IReadOnlyList<PagePicture> pictures)
    {
        var section = page.Section("Worst images");
        if (analysis.Worst.Count == 0)
        {
            section.Paragraph("No image has an error.");
            return;
        }

        section.Paragraph($"The {NumberText.Counted(analysis.Worst.Count, "image", "images")} with the most errors, the worst first. "
            + $"Detections with a score of {NumberText.Decimals(analysis.Options.ScoreThreshold, 2)} or more are drawn; one is right from "
            + $"IoU {NumberText.Decimals(analysis.Options.IouThreshold, 2)} with a free object of its class on.");
        section.Legend(OutcomeKeys.All).Pictures(pictures);
    }

    private static BarChart? Scores(DetectionAnalysis analysis)
    {
        var right = analysis.Scores.Sum(bin => (long)bin.Right);
        var wrong = analysis.Scores.Sum(bin => (long)bin.Wrong);
        return right + wrong == 0
            ? null
            : new BarChart(
                "Detections by score",
                $"{right} right and {wrong} wrong detections in {analysis.Scores.Count} ranges of the score.",
                "score",
                "detections",
                [(BarPart.Right, "right"), (BarPart.Wrong, "wrong")],
                [.. analysis.Scores.Select(bin => new ChartBar(ShortNumber(bin.From), [bin.Right, bin.Wrong]))])
            {
                LabelsAtEdges = true,
            };
    }

    private static BarChart? Sizes(DetectionAnalysis analysis)
    {
        var objects = analysis.Sizes.Sum(bin => (long)bin.Objects);
        return objects == 0
            ? null
            : new BarChart(
                "Objects by size, and the part that was found",
                $"{analysis.Sizes.Sum(bin => (long)bin.Found)} of {objects} objects were found; by size: "
                    + $"{string.Join(", ", analysis.Sizes.Select(bin => $"{SizeOf(bin)} pixels {bin.Found} of {bin.Objects}"))}.",
                "square root of the area, pixels",
                "objects",
                [(BarPart.Found, "found"), (BarPart.Missed, "missed")],
                [.. analysis.Sizes.Select(SizeBar)])
            {
                LabelsAtEdges = true,
            };
    }

    private static ChartBar SizeBar(SizeBin bin) => new(ShortNumber(bin.FromPixels), [bin.Found, bin.Objects - bin.Found])
    {
        Note = bin.Objects == 0 ? null : NumberText.Percent((double)bin.Found / bin.Objects),
    };

    private static string SizeOf(SizeBin bin) =>
        bin.ToPixels is { } to ? $"{ShortNumber(bin.FromPixels)}–{ShortNumber(to)}" : $"{ShortNumber(bin.FromPixels)}+";

    private static string ShortNumber(double value) => HtmlText.Number(value);
}
