using Pipeline.Serving.Evaluation.Records;
using Pipeline.Shared.Reports;

namespace Pipeline.Serving.Evaluation;

/// <summary>How long the stages of an evaluation took.</summary>
internal static class LatencySummary
{
    /// <summary>Decoding by image, the others by execution; empty without executions.</summary>
    public static IReadOnlyList<StageLatency> Of(IReadOnlyList<BatchRecord> batches) => batches.Count == 0 ? [] :
    [
        Stage("decode", "image", batches.SelectMany(batch => batch.Times.DecodeMs)),
        Stage("input", "batch", batches.Select(batch => batch.Times.InputMs)),
        Stage("inference", "batch", batches.Select(batch => batch.Times.InferenceMs)),
        Stage("output", "batch", batches.Select(batch => batch.Times.OutputMs)),
    ];

    private static StageLatency Stage(string stage, string of, IEnumerable<double> times)
    {
        double[] sorted = [.. times.Order()];
        return new StageLatency(
            Stage: stage,
            Of: of,
            Count: sorted.Length,
            MeanMs: Math.Round(sorted.Average(), 4),
            P50Ms: Percentile(sorted, 0.5),
            P90Ms: Percentile(sorted, 0.9),
            P95Ms: Percentile(sorted, 0.95),
            P99Ms: Percentile(sorted, 0.99),
            MaxMs: sorted[^1]);
    }

    /// <summary>The smallest time that at least this share of the times does not exceed.</summary>
    private static double Percentile(double[] sorted, double share) => sorted[Math.Max(0, (int)Math.Ceiling(share * sorted.Length) - 1)];
}
