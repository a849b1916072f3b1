namespace Pipeline.Shared.Datasets;

/// <summary>Sizes of the parts of a split.</summary>
public sealed record SplitFractions
{
    /// <summary>Fraction of the images that are not for testing, including those for validation; between 0 and 1, exclusive.</summary>
    public double Train { get; init; } = 0.8;

    /// <summary>Fraction of the images for validation, 0..1; taken from the training images, so the test images stay the same.</summary>
    public double Validation { get; init; }
}

/// <summary>
/// Disjoint images for training, for choosing the best checkpoint and for testing; <see cref="ImageList"/> writes and reads them.
/// </summary>
/// <param name="Train">Frames to learn from, sorted.</param>
/// <param name="Test">Frames to evaluate on, sorted.</param>
public sealed record DatasetSplit(IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    /// <summary>Frames that choose the best checkpoint, sorted; empty when there is no such list.</summary>
    public IReadOnlyList<string> Validation { get; init; } = [];

    /// <summary>A seeded split: the same on every machine and for every order of the images.</summary>
    /// <param name="ids">All images.</param>
    /// <param name="seed">Determines the split.</param>
    /// <param name="fractions">Size of each part, rounded down for training and validation; the defaults when null.</param>
    public static DatasetSplit Create(IEnumerable<string> ids, ulong seed, SplitFractions? fractions = null)
    {
        fractions ??= new SplitFractions();
        var images = Shuffled(ids, seed, "split");
        var kept = (int)(images.Length * fractions.Train);
        var validation = Math.Min(kept, (int)(images.Length * fractions.Validation));
        var train = kept - validation;
        return Sorted(images[..train], images[train..kept], images[kept..]);
    }

    /// <summary>
    /// A seeded split in which the images of a group stay together. In random order each group goes to the test list if it still fits
    /// there, otherwise to the validation list if it fits there, otherwise to training. A list that is still too short then takes the
    /// smallest remaining group if that brings it closer to its size, or if it would be empty.
    /// </summary>
    /// <param name="ids">All images.</param>
    /// <param name="groups">Each image's group.</param>
    /// <param name="seed">Determines the split.</param>
    /// <param name="fractions">Size of each part; the defaults when null.</param>
    public static DatasetSplit Create(
        IEnumerable<string> ids,
        IReadOnlyDictionary<string, string> groups,
        ulong seed,
        SplitFractions? fractions = null)
    {
        var wanted = Create(ids, seed, fractions);
        var all = wanted.Train.Concat(wanted.Validation).Concat(wanted.Test);
        var members = all.GroupBy(id => groups[id], StringComparer.Ordinal).ToDictionary(group => group.Key, StringComparer.Ordinal);
        var left = Shuffled(members.Keys, seed, "split groups").Select(group => members[group].ToArray()).ToList();
        var test = TakeGroups(left, wanted.Test.Count);
        var validation = TakeGroups(left, wanted.Validation.Count);
        return Sorted([.. left.SelectMany(group => group)], validation, test);
    }

    /// <summary>Removes groups with about the wanted number of images from those that are left.</summary>
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

    private static DatasetSplit Sorted(string[] train, string[] validation, string[] test) =>
        new([.. train.Order(StringComparer.Ordinal)], [.. test.Order(StringComparer.Ordinal)])
        {
            Validation = [.. validation.Order(StringComparer.Ordinal)],
        };
}
