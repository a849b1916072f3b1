namespace Pipeline.Training.Checkpoints;

/// <summary>Names of weights with how many of their values are wrong, for one line.</summary>
internal static class WeightCounts
{
    private const int Shown = 5;

    /// <summary>The first names and how many more there are.</summary>
    public static string Text(IReadOnlyDictionary<string, long> counts)
    {
        var names = string.Join(", ", counts.Take(Shown).Select(entry => $"{entry.Key} ({entry.Value} values)"));
        var rest = counts.Count > Shown ? $" and {counts.Count - Shown} more" : "";
        return names + rest;
    }
}
