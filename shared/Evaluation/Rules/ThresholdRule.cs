namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>The option <c>iouThrs</c>, which several metrics share.</summary>
internal static class ThresholdRule
{
    /// <summary>The option.</summary>
    /// <param name="meaning">What the thresholds are, in words.</param>
    /// <param name="get">Thresholds of a metric.</param>
    /// <param name="set">The metric with others.</param>
    public static MetricRule<TMetric> Of<TMetric>(
        string meaning, Func<TMetric, IReadOnlyList<double>> get, Func<TMetric, IReadOnlyList<double>, TMetric> set)
        where TMetric : class =>
        MetricRule<TMetric>.Numbers(
            "iouThrs",
            "T,T,… ascending, above 0 to 1",
            meaning,
            get,
            (metric, numbers) => RuleNumbers.AreAscending(numbers, double.Epsilon, 1) ? set(metric, numbers) : null);
}
