namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Options that say what is done with objects that the labels mark; several metrics have them.</summary>
internal static class RoleRule
{
    /// <summary>An option.</summary>
    /// <param name="name">Its name: crowd, difficult, dontCare.</param>
    /// <param name="roles">What it may be.</param>
    /// <param name="get">Value of a metric.</param>
    /// <param name="set">The metric with another value.</param>
    public static MetricRule<TMetric> Of<TMetric>(
        string name, IEnumerable<TruthRole> roles, Func<TMetric, TruthRole> get, Func<TMetric, TruthRole, TMetric> set)
        where TMetric : class =>
        MetricRule<TMetric>.Choice(name, [.. roles.Select(role => (role, Meaning(role)))], get, set);

    private static string Meaning(TruthRole role) => role switch
    {
        TruthRole.Count => "objects that should be found, like all others",
        TruthRole.Ignore => "need not be found; a detection that matches one by IoU does not count",
        TruthRole.Crowd => "regions to ignore; detections of which enough of their own area is in one do not count",
        _ => "left out, so that detections of them are false",
    };
}
