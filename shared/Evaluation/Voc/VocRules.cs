using Pipeline.Shared.Evaluation.Rules;

namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>The options of <see cref="VocMetric"/>, some of which the paper's metric has, too.</summary>
internal static class VocRules
{
    /// <summary>All of them.</summary>
    public static MetricRules<VocMetric> All { get; } = new(
        "voc",
        new VocMetric(),
        [
            Thresholds<VocMetric>(metric => metric.IouThresholds, (metric, thresholds) => metric with { IouThresholds = thresholds }),
            Pixels<VocMetric>(metric => metric.Pixels, (metric, pixels) => metric with { Pixels = pixels }),
            Overlap<VocMetric>(metric => metric.Overlap, (metric, limit) => metric with { Overlap = limit }),
            RoleRule.Of<VocMetric>(
                "difficult",
                [TruthRole.Ignore, TruthRole.Count, TruthRole.Crowd, TruthRole.Drop],
                metric => metric.Difficult,
                (metric, role) => metric with { Difficult = role }),
            RoleRule.Of<VocMetric>(
                "dontCare",
                [TruthRole.Crowd, TruthRole.Drop],
                metric => metric.DontCare,
                (metric, role) => metric with { DontCare = role }),
            RoleRule.Of<VocMetric>(
                "crowd",
                [TruthRole.Crowd, TruthRole.Count, TruthRole.Ignore, TruthRole.Drop],
                metric => metric.Crowd,
                (metric, role) => metric with { Crowd = role }),
            MergedRule.Of<VocMetric>(metric => metric.Merged, (metric, merged) => metric with { Merged = merged }),
        ]);

    /// <summary>The option <c>iouThrs</c>.</summary>
    public static MetricRule<TMetric> Thresholds<TMetric>(
        Func<TMetric, IReadOnlyList<double>> get, Func<TMetric, IReadOnlyList<double>, TMetric> set)
        where TMetric : class =>
        ThresholdRule.Of("IoU from which on a detection finds an object", get, set);

    /// <summary>The option <c>pixels</c>.</summary>
    public static MetricRule<TMetric> Pixels<TMetric>(Func<TMetric, PixelConvention> get, Func<TMetric, PixelConvention, TMetric> set)
        where TMetric : class =>
        MetricRule<TMetric>.Choice(
            "pixels",
            [
                (PixelConvention.Continuous, "sides are x2 - x1"),
                (PixelConvention.Inclusive, "sides are x2 - x1 + 1"),
            ],
            get,
            set);

    /// <summary>The option <c>overlap</c>.</summary>
    public static MetricRule<TMetric> Overlap<TMetric>(Func<TMetric, OverlapLimit> get, Func<TMetric, OverlapLimit, TMetric> set)
        where TMetric : class =>
        MetricRule<TMetric>.Choice(
            "overlap",
            [
                (OverlapLimit.AtLeast, "an IoU of exactly the threshold is enough"),
                (OverlapLimit.Above, "the IoU must be greater than the threshold"),
            ],
            get,
            set);
}
