namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>The option <c>merged</c>, which several metrics share.</summary>
internal static class MergedRule
{
    private const string Mapped = "objects of a class that the label map merges are objects of the class they are merged into";
    private const string Matched = "objects of merged classes need not be found; one detection that matches by IoU does not count";
    private const string Off = "the label map's merges are not applied; objects of merged classes are of no measured class";

    /// <summary>The option.</summary>
    public static MetricRule<TMetric> Of<TMetric>(Func<TMetric, MergedClasses> get, Func<TMetric, MergedClasses, TMetric> set)
        where TMetric : class =>
        MetricRule<TMetric>.Choice(
            "merged", [(MergedClasses.Map, Mapped), (MergedClasses.Ignore, Matched), (MergedClasses.Off, Off)], get, set);
}
