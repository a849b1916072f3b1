using Pipeline.Shared.Text;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>What became of the classes where a detector began from another.</summary>
/// <param name="Source">The file.</param>
internal sealed record DetectorStartReport(string Source)
{
    private const int Shown = 8;

    /// <summary>Classes whose rows the file had.</summary>
    public required IReadOnlyList<string> Kept { get; init; }

    /// <summary>Classes that it did not have; their rows get new weights.</summary>
    public required IReadOnlyList<string> New { get; init; }

    /// <summary>The file's classes that are none of this detector's.</summary>
    public required IReadOnlyList<string> Dropped { get; init; }

    /// <summary>Layers whose weights are all new.</summary>
    public required IReadOnlyList<string> Anew { get; init; }

    /// <summary>Settings under which the file's weights mean something else.</summary>
    public required IReadOnlyList<string> OtherSettings { get; init; }

    /// <summary>The same as lines for people to read.</summary>
    public IEnumerable<string> Lines()
    {
        var kept = Kept.Count == 0 ? "none of its classes is among this run's" : $"the rows of {Names(Kept)} are kept";
        yield return $"starts from the detector {Source}: {kept}";
        if (New.Count > 0)
        {
            yield return $"rows with new weights: {Names(New)}; the file has no class of that name";
        }

        if (Dropped.Count > 0)
        {
            yield return $"unneeded classes of the file: {Names(Dropped)}";
        }

        if (Anew.Count > 0)
        {
            yield return $"layers with new weights: {Names(Anew)}; one of the detectors has one box for all classes, "
                + "the other one for each";
        }

        if (OtherSettings.Count > 0)
        {
            yield return $"warning: the file's detector had other settings: {string.Join("; ", OtherSettings)}";
        }
    }

    private static string Names(IReadOnlyList<string> names) => FirstFew.Of(names, Shown);
}
