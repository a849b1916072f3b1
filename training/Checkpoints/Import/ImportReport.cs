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
    IReadOnlyList<string> Unexpected);
