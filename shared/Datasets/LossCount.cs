namespace Pipeline.Shared.Datasets;

/// <summary>Counts what a format cannot hold.</summary>
internal sealed class LossCount
{
    private readonly Dictionary<string, int> counts = new(StringComparer.Ordinal);

    /// <summary>What was lost, and how often.</summary>
    public IReadOnlyDictionary<string, int> Counts => counts;

    /// <param name="what">Such as "crowd regions are written as DontCare".</param>
    /// <param name="times">How often.</param>
    public void Add(string what, int times = 1) => counts[what] = counts.GetValueOrDefault(what) + times;
}
