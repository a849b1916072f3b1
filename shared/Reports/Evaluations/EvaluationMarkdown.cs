using System.Text;
using Pipeline.Shared.Evaluation;
using Pipeline.Shared.Evaluation.Analysis;
using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>An evaluation as Markdown: the tables of the page, without its charts and pictures.</summary>
internal static class EvaluationMarkdown
{
    public static string Of(EvaluationReport report, EvaluationProblem problem)
    {
        var text = new StringBuilder();
        text.Append($"# {Escape(EvaluationFacts.Title(report))}\n\n{Escape(EvaluationFacts.Lead(report, problem))}\n");
        foreach (var warning in EvaluationFacts.Warnings(report, problem))
        {
            text.Append($"\n> **Warning:** {Escape(warning)}\n");
        }

        if (report.Metrics.Count == 0)
        {
            Append(text, "COCO", MetricSections.Averages(report));
            Append(text, ClassTable.Of(report.PerClass));
        }

        foreach (var metric in report.Metrics)
        {
            AppendMetric(text, metric);
        }

        if (report.Analysis is { } analysis)
        {
            AppendAnalysis(text, analysis);
        }

        text.Append("\n## What was measured\n\n");
        if (report.Seconds > 0)
        {
            text.Append($"{Escape(EvaluationFacts.Speed(report))}\n\n");
        }

        AppendFacts(text, EvaluationFacts.Of(report, problem));
        text.Append($"- Classes: {string.Join(", ", problem.Labels.Classes.Select(Escape))}\n");
        return text.ToString();
    }

    private static void AppendMetric(StringBuilder text, MetricReport metric)
    {
        var unit = metric.Unit == MetricUnit.Percent ? " (percent)" : "";
        Append(text, metric.Title + unit, [.. metric.Numbers.Select(number =>
            new PageNumber(number.Key, NumberText.Of(number.Value, metric.Unit)))]);
        if (metric.NotMeasured is { } reason)
        {
            text.Append($"\nNot measured: {Escape(reason)}\n");
        }

        text.Append('\n');
        AppendFacts(text, metric.Rules);
        if (metric.Classes.Count > 0)
        {
            Append(text, ClassTable.Of(metric));
        }
    }

    private static void AppendAnalysis(StringBuilder text, DetectionAnalysis analysis)
    {
        text.Append("\n## Error kinds\n");
        Append(text, ErrorTable.Of(analysis.Errors, analysis.Options));
        if (analysis.Worst.Count > 0)
        {
            text.Append("\n## Worst images\n\n");
            text.Append(MarkdownText.Table(["image", "missed", "wrong", "right"], analysis.Worst.Select(image => new[]
            {
                image.ImageId,
                NumberText.Count(image.Missed),
                NumberText.Count(image.Wrong),
                NumberText.Count(image.Right),
            })));
        }
    }

    private static void Append(StringBuilder text, string title, IReadOnlyList<PageNumber> numbers)
    {
        text.Append($"\n## {Escape(title)}\n\n");
        if (numbers.Count > 0)
        {
            text.Append(MarkdownText.Table(["number", "value"], numbers.Select(number => new[] { number.Label, number.Value })));
        }
    }

    private static void Append(StringBuilder text, PageTable table) =>
        text.Append('\n').Append(MarkdownText.Table(
            [.. table.Columns.Select(column => column.Heading)],
            table.Rows.Select(row => row.Select(cell => cell.Text).ToArray())));

    private static void AppendFacts(StringBuilder text, IEnumerable<KeyValuePair<string, string>> facts)
    {
        foreach (var (name, value) in facts)
        {
            text.Append($"- {Escape(name)}: {Escape(value)}\n");
        }
    }

    private static string Escape(string value) => MarkdownText.Escape(value);
}
