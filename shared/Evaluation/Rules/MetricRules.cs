namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>The options of one metric.</summary>
/// <param name="metric">Its name.</param>
/// <param name="defaults">The metric without any option set.</param>
/// <param name="rules">Its options, in the order in which a report states them.</param>
internal sealed class MetricRules<TMetric>(string metric, TMetric defaults, IReadOnlyList<MetricRule<TMetric>> rules) : IMetricKind
    where TMetric : class, IDetectionMetric
{
    /// <inheritdoc />
    public string Name => metric;

    /// <inheritdoc />
    public IDetectionMetric Default => defaults;

    /// <inheritdoc />
    public IEnumerable<string> Help => rules.Select(rule => $"{metric}.{rule.Name}={rule.Values} [{rule.Value(defaults)}]");

    /// <inheritdoc />
    public IDetectionMetric With(IDetectionMetric before, string option, string value)
    {
        var rule = rules.FirstOrDefault(rule => rule.Name == option)
            ?? throw new UserErrorException(
                $"--rule: {metric} has no option '{option}'; it has {string.Join(", ", rules.Select(known => known.Name))}.");
        return rule.Set((TMetric)before, value)
            ?? throw new UserErrorException($"--rule: {metric}.{option} cannot be '{value}'; it can be {rule.Values}.");
    }

    /// <summary>What a report states: each option with its value and what that means.</summary>
    public Dictionary<string, string> Texts(TMetric measured) =>
        rules.ToDictionary(rule => rule.Name, rule => $"{rule.Value(measured)}: {rule.Meaning(measured)}");
}

/// <summary>A metric by name, with its options.</summary>
internal interface IMetricKind
{
    /// <summary>As <c>--metrics</c> names it.</summary>
    string Name { get; }

    /// <summary>The metric as its official tool measures.</summary>
    IDetectionMetric Default { get; }

    /// <summary>A line for each option: what it may be, and its default.</summary>
    IEnumerable<string> Help { get; }

    /// <summary>The metric with an option set.</summary>
    /// <exception cref="UserErrorException">There is no such option, or it cannot be that.</exception>
    IDetectionMetric With(IDetectionMetric before, string option, string value);
}
