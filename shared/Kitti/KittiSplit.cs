namespace Pipeline.Shared.Kitti;

/// <summary>Sizes of the parts of a split.</summary>
public sealed record SplitFractions
{
    /// <summary>Fraction of the frames that are not for testing, including those for validation; between 0 and 1, exclusive.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Fraction of the frames for validation, 0..1; taken from the training frames, so the test frames stay the same.</summary>
    public double Validation { get; init; }
}

/// <summary>
/// Disjoint frames for training, for choosing the best checkpoint and for testing; <see cref="FrameList"/> writes and reads them.
/// </summary>
/// <param name="Train">Frames to learn from, sorted.</param>
/// <param name="Test">Frames to evaluate on, sorted.</param>
public sealed record KittiSplit(IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    /// <summary>Frames that choose the best checkpoint, sorted; empty when there is no such list.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>A seeded split: the same on every machine and for every order of the frames.</summary>
    /// <param name="frameIds">All frames.</param>
    /// <param name="seed">Determines the split.</param>
    /// <param name="fractions">Size of each part, rounded down for training and validation; the defaults when null.</param>
    public static KittiSplit Create(IEnumerable<string> frameIds, ulong seed, SplitFractions? fractions = null)
    {
        fractions ??= new SplitFractions();
        var frames = Shuffled(frameIds, seed, "split");
        var kept = (int)(frames.Length * fractions.Train);
        var validation = Math.Min(kept, (int)(frames.Length * fractions.Validation));
        var train = kept - validation;
        return Sorted(frames[..train], frames[train..kept], frames[kept..]);
    }

    /// <summary>
    /// A seeded split in which the frames of a group stay together. In random order each group goes to the test list if it still fits
    /// there, otherwise to the validation list if it fits there, otherwise to training. A list that is still too short then takes the
    /// smallest remaining group if that brings it closer to its size, or if it would be empty.
    /// </summary>
    /// <param name="frameIds">All frames.</param>
    /// <param name="groups">Each frame's group.</param>
    /// <param name="seed">Determines the split.</param>
    /// <param name="fractions">Size of each part; the defaults when null.</param>
    public static KittiSplit Create(
        IEnumerable<string> frameIds,
        IReadOnlyDictionary<string, string> groups,
        ulong seed,
        SplitFractions? fractions = null)
    {
        var wanted = Create(frameIds, seed, fractions);
        var all = wanted.Train.Concat(wanted.Validation).Concat(wanted.Test);
        var members = all.GroupBy(frame => groups[frame], StringComparer.Ordinal).ToDictionary(group => group.Key, StringComparer.Ordinal);
        var left = Shuffled(members.Keys, seed, "split groups").Select(group => members[group].ToArray()).ToList();
        var test = TakeGroups(left, wanted.Test.Count);
        var validation = TakeGroups(left, wanted.Validation.Count);
        return Sorted([.. left.SelectMany(group => group)], validation, test);
    }

    /// <summary>Removes groups with about the wanted number of frames from those that are left.</summary>
    private static string[] TakeGroups(List<string[]> left, int wanted)
    {
        var taken = new List<string>();
        foreach (var group in left.ToArray().Where(group => group.Length <= wanted - taken.Count))
        {
            taken.AddRange(group);
            left.Remove(group);
        }

        var missing = wanted - taken.Count;
        if (missing > 0 && left.MinBy(group => group.Length) is { } smallest && (taken.Count == 0 || smallest.Length < 2 * missing))
        {
            taken.AddRange(smallest);
            left.Remove(smallest);
        }

        return [.. taken];
    }

    private static string[] Shuffled(IEnumerable<string> names, ulong seed, string purpose)
    {
        string[] sorted = [.. names.Distinct().Order(StringComparer.Ordinal)];
        return [.. new RandomNumbers(seed, purpose).Permutation(sorted.Length).Select(index => sorted[index])];
    }

    private static KittiSplit Sorted(string[] train, string[] validation, string[] test) =>
        new([.. train.Order(StringComparer.Ordinal)], [.. test.Order(StringComparer.Ordinal)])
        {
            Validation = [.. validation.Order(StringComparer.Ordinal)],
        };
}
