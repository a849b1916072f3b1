using System.Globalization;

namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>An option of a metric, as <c>--rule METRIC.OPTION=VALUE</c> sets it and as a report states it.</summary>
/// <param name="Name">OPTION.</param>
/// <param name="Values">What VALUE may be, for messages and the help.</param>
/// <param name="Set">The metric with the option set; null: VALUE is none.</param>
/// <param name="Value">VALUE of a metric.</param>
/// <param name="Meaning">What that means, in words.</param>
internal sealed record MetricRule<TMetric>(
    string Name, string Values, Func<TMetric, string, TMetric?> Set, Func<TMetric, string> Value, Func<TMetric, string> Meaning)
    where TMetric : class
{
    /// <summary>An option with a few named values.</summary>
    /// <param name="name">OPTION.</param>
    /// <param name="choices">The values with what they mean.</param>
    /// <param name="get">Value of a metric.</param>
    /// <param name="set">The metric with another value.</param>
    public static MetricRule<TMetric> Choice<TValue>(
        string name,
        IReadOnlyList<(TValue Value, string Meaning)> choices,
        Func<TMetric, TValue> get,
        Func<TMetric, TValue, TMetric> set)
        where TValue : struct, Enum
    {
        TMetric? Parse(TMetric metric, string text)
        {
            var at = choices.ToList().FindIndex(choice => NameOf(choice.Value) == text);
            return at < 0 ? null : set(metric, choices[at].Value);
        }

        return new MetricRule<TMetric>(
            name,
            string.Join('|', choices.Select(choice => NameOf(choice.Value))),
            Parse,
            metric => NameOf(get(metric)),
            metric => choices.First(choice => choice.Value.Equals(get(metric))).Meaning);
    }

    /// <summary>An option that is a list of numbers.</summary>
    /// <param name="name">OPTION.</param>
    /// <param name="values">What VALUE may be.</param>
    /// <param name="meaning">What the numbers are, in words.</param>
    /// <param name="get">Value of a metric.</param>
    /// <param name="set">The metric with another value; null: the numbers are wrong.</param>
    public static MetricRule<TMetric> Numbers(
        string name,
        string values,
        string meaning,
        Func<TMetric, IReadOnlyList<double>> get,
        Func<TMetric, IReadOnlyList<double>, TMetric?> set) =>
        new(
            name,
            values,
            (metric, text) => RuleNumbers.Parse(text) is { } numbers ? set(metric, numbers) : null,
            metric => RuleNumbers.Text(get(metric)),
            _ => meaning);

    private static string NameOf<TValue>(TValue value)
        where TValue : struct, Enum
    {
        var name = value.ToString();
        return char.ToLower(name[0], CultureInfo.InvariantCulture) + name[1..];
    }
}
