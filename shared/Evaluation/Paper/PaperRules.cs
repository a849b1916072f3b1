using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Evaluation.Voc;

namespace Pipeline.Shared.Evaluation.Paper;

/// <summary>The options of <see cref="PaperMetric"/>.</summary>
internal static class PaperRules
{
    /// <summary>All of them.</summary>
    public static MetricRules<PaperMetric> All { get; } = new(
        "paper",
        new PaperMetric(),
        [
            VocRules.Thresholds<PaperMetric>(
                metric => metric.IouThresholds, (metric, thresholds) => metric with { IouThresholds = thresholds }),
            VocRules.Pixels<PaperMetric>(metric => metric.Pixels, (metric, pixels) => metric with { Pixels = pixels }),
            VocRules.Overlap<PaperMetric>(metric => metric.Overlap, (metric, limit) => metric with { Overlap = limit }),
            MetricRule<PaperMetric>.Choice(
                "truth",
                [
                    (PaperTruth.Truncated, "the labels' corners without their decimals, as the authors' code reads them"),
                    (PaperTruth.Exact, "the labels' corners as the file has them"),
                ],
                metric => metric.Truth,
                (metric, value) => metric with { Truth = value }),
            MetricRule<PaperMetric>.Choice(
                "detections",
                [
                    (PaperDetections.Rounded, "corners to 1 decimal, scores to 3, as the authors' code writes them"),
                    (PaperDetections.Exact, "as the detector gives them"),
                ],
                metric => metric.Detections,
                (metric, value) => metric with { Detections = value }),
            RoleRule.Of<PaperMetric>(
                "difficult",
                [TruthRole.Ignore, TruthRole.Count, TruthRole.Drop],
                metric => metric.Difficult,
                (metric, role) => metric with { Difficult = role }),
            RoleRule.Of<PaperMetric>(
                "dontCare",
                [TruthRole.Drop, TruthRole.Crowd],
                metric => metric.DontCare,
                (metric, role) => metric with { DontCare = role }),
            RoleRule.Of<PaperMetric>(
                "crowd",
                [TruthRole.Drop, TruthRole.Crowd, TruthRole.Count, TruthRole.Ignore],
                metric => metric.Crowd,
                (metric, role) => metric with { Crowd = role }),
            MergedRule.Of<PaperMetric>(metric => metric.Merged, (metric, merged) => metric with { Merged = merged }),
        ]);
}
