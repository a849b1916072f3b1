using Pipeline.Shared.Reports.Pages;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>How long the stages took.</summary>
internal static class SpeedSection
{
    public static void Add(ReportPage page, EvaluationReport report)
    {
        if (report.Seconds <= 0 && report.Latency.Count == 0)
        {
            return;
        }

        var section = page.Section("Speed");
        if (report.Seconds > 0)
        {
            section.Paragraph(EvaluationFacts.Speed(report));
        }

        if (report.Latency.Count > 0)
        {
            section.Table(Table(report.Latency));
        }
    }

    private static PageTable Table(IReadOnlyList<StageLatency> stages)
    {
        var greatest = Math.Max(1e-9, stages.Max(stage => stage.P50Ms));
        return new PageTable(
            "Latency by stage, milliseconds",
            [
                new("stage", IsNumber: false), new("median, ms"), new("mean"), new("90 %"), new("95 %"), new("99 %"), new("longest"),
                new("timed", IsNumber: false),
            ],
            [.. stages.Select(stage => new PageCell[]
            {
                stage.Stage,
                new(Milliseconds(stage.P50Ms)) { Bar = stage.P50Ms / greatest },
                Milliseconds(stage.MeanMs),
                Milliseconds(stage.P90Ms),
                Milliseconds(stage.P95Ms),
                Milliseconds(stage.P99Ms),
                Milliseconds(stage.MaxMs),
                $"{NumberText.Count(stage.Count)} × {stage.Of}",
            })]);
    }

    private static string Milliseconds(double value) => NumberText.Decimals(value, value < 10 ? 2 : 1);
}
