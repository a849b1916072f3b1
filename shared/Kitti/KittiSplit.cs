namespace Pipeline.Shared.Kitti;

/// <summary>How frames are divided.</summary>
public sealed record SplitShares
{
    /// <summary>Share of the frames that are not for testing, those for validation among them; 0..1, without the ends.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Share of the frames for validation, 0..1; taken from those to learn from, so that the test stays what it is.</summary>
    public double Validation { get; init; }
}

/// <summary>
/// Frames for training, for choosing among checkpoints and for testing, disjoint; <see cref="FrameList"/> writes and reads them.
/// </summary>
/// <param name="Train">Frames to learn from, sorted.</param>
/// <param name="Test">Frames to measure on, sorted.</param>
public sealed record KittiSplit(IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    /// <summary>Frames to choose the best checkpoint by, sorted; none when there is no such list.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>A split by a seed: the same on every machine and for every order of the frames.</summary>
    /// <param name="frameIds">All frames.</param>
    /// <param name="seed">Chooses the split.</param>
    /// <param name="shares">How much goes where, rounded down for training and validation; the defaults when null.</param>
    public static KittiSplit Create(IEnumerable<string> frameIds, ulong seed, SplitShares? shares = null)
    {
        shares ??= new SplitShares();
        var frames = Shuffled(frameIds, seed, "split");
        var kept = (int)(frames.Length * shares.Train);
        var validation = Math.Min(kept, (int)(frames.Length * shares.Validation));
        var train = kept - validation;
        return Sorted(frames[..train], frames[train..kept], frames[kept..]);
    }

    /// <summary>
    /// A split by a seed in which the frames of a group stay together. The groups come in random order; each goes to the test while it
    /// fits into the share that is left there, then to the validation, and else to the training. A list that is still short of its share
    /// takes the smallest group that is left where this brings it nearer, or where it would be empty.
    /// </summary>
    /// <param name="frameIds">All frames.</param>
    /// <param name="groups">Each frame's group.</param>
    /// <param name="seed">Chooses the split.</param>
    /// <param name="shares">How much goes where; the defaults when null.</param>
    public static KittiSplit Create(
        IEnumerable<string> frameIds,
        IReadOnlyDictionary<string, string> groups,
        ulong seed,
        SplitShares? shares = null)
    {
        var wanted = Create(frameIds, seed, shares);
        var all = wanted.Train.Concat(wanted.Validation).Concat(wanted.Test);
        var members = all.GroupBy(frame => groups[frame], StringComparer.Ordinal).ToDictionary(group => group.Key, StringComparer.Ordinal);
        var left = Shuffled(members.Keys, seed, "split groups").Select(group => members[group].ToArray()).ToList();
        var test = TakeGroups(left, wanted.Test.Count);
        var validation = TakeGroups(left, wanted.Validation.Count);
        return Sorted([.. left.SelectMany(group => group)], validation, test);
    }

    /// <summary>Moves groups out of those that are left, to about so many frames.</summary>
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
