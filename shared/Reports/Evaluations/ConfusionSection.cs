using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>What was found for what, as a table whose cells are colored by their part of the row.</summary>
internal static class ConfusionSection
{
    private const int OpenClasses = 20;
    private const int ShownPairs = 15;

    public static void Add(ReportPage page, DetectionAnalysis analysis)
    {
        var matrix = analysis.Confusion;
        if (matrix.Classes.Count == 0)
        {
            return;
        }

        var section = page.Section("Confusion");
        section.Paragraph("A row is a class of the labels, a column a class of the detections "
            + $"(score {NumberText.Decimals(analysis.Options.ScoreThreshold, 2)} or more). The last column counts objects that were "
            + "missed, the last row detections where nothing is.");
        if (matrix.Classes.Count <= OpenClasses)
        {
            section.Table(Table(matrix));
            return;
        }

        var pairs = Pairs(matrix);
        if (pairs.Rows.Count > 0)
        {
            section.Subheading("Most frequent confusions").Table(pairs);
        }

        section.Details($"The whole matrix of {matrix.Classes.Count} classes", details => details.Table(Table(matrix)));
    }

    private static PageTable Table(ConfusionMatrix matrix) => new(
        "Confusion matrix",
        [
            new("label", IsNumber: false),
            .. matrix.Classes.Select(name => new PageColumn(name)),
            new("missed"),
        ],
        [.. matrix.Counts.Select((row, index) => Row(matrix, row, index))])
    {
        HasUprightHeadings = matrix.Classes.Count > 8,
    };

    private static PageCell[] Row(ConfusionMatrix matrix, IReadOnlyList<int> counts, int index)
    {
        var name = index < matrix.Classes.Count ? matrix.Classes[index] : "nothing there";
        var sum = Math.Max(1, counts.Sum(count => (long)count));
        return [name, .. counts.Select((count, column) => Cell(count, (double)count / sum, isRight: column == index))];
    }

    private static PageCell Cell(int count, double part, bool isRight) =>
        count == 0 ? new PageCell("") : new PageCell(NumberText.Count(count)) { Heat = part, IsRight = isRight };

    private static PageTable Pairs(ConfusionMatrix matrix)
    {
        var classes = matrix.Classes.Count;
        var pairs =
            from row in Enumerable.Range(0, classes)
            from column in Enumerable.Range(0, classes)
            where row != column && matrix.Counts[row][column] > 0
            orderby matrix.Counts[row][column] descending
            select new PageCell[] { matrix.Classes[row], matrix.Classes[column], NumberText.Count(matrix.Counts[row][column]) };
        return new PageTable(
            "Most frequent confusions",
            [new("label", IsNumber: false), new("detected as", IsNumber: false), new("times")],
            [.. pairs.Take(ShownPairs)]);
    }
}
