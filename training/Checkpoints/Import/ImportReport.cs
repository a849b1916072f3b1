using Pipeline.Training.Backbones;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>What became of a file's weights.</summary>
/// <param name="Source">The file.</param>
/// <param name="Layout">Which dictionaries of it were read.</param>
/// <param name="Backbone">The shape that the weights have.</param>
/// <param name="Mapped">Weights that were taken over, canonical names by the file's.</param>
/// <param name="Missing">Canonical names that the file does not have.</param>
/// <param name="Ignored">Names that are known and not needed, by what they belong to.</param>
/// <param name="Unexpected">Names that nothing here has.</param>
public sealed record ImportReport(
    string Source,
    string Layout,
    ResNetOptions Backbone,
    IReadOnlyDictionary<string, string> Mapped,
    IReadOnlyList<string> Missing,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Ignored,
    IReadOnlyList<string> Unexpected)
{
    /// <summary>Where in the file the residual network was found: keys and the prefix of its names.</summary>
    public string Network { get; init; } = "";

    /// <summary>Entries at the top level of the file other than the weights; objects with their kinds.</summary>
    public IReadOnlyList<string> Beside { get; init; } = [];

    /// <summary>Python's names of objects in the file, none of which was built or run.</summary>
    public IReadOnlyCollection<string> Foreign { get; init; } = [];

    /// <summary>Entries among the weights that cannot be read and are not needed: what each is.</summary>
    public IReadOnlyDictionary<string, string> Unread { get; init; } = new Dictionary<string, string>();

    /// <summary>Weights that were taken over with values that are infinite or no number: how many of them.</summary>
    public IReadOnlyDictionary<string, long> NotFinite { get; init; } = new Dictionary<string, long>();

    /// <summary>Variances of batch norms that were taken over with values less than zero: how many of them.</summary>
    public IReadOnlyDictionary<string, long> NegativeVariance { get; init; } = new Dictionary<string, long>();
}
