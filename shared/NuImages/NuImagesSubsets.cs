using Pipeline.Shared.Files;

namespace Pipeline.Shared.NuImages;

/// <summary>Nested, seeded subsets of keyframes: the smaller is the beginning of the larger (the paper's 5k, 18k, 35k and all; the authors' own choice is not known).</summary>
/// <param name="keyframes">In an order that does not depend on the machine.</param>
/// <param name="seed">Chooses the subsets.</param>
public sealed class NuImagesSubsets(IReadOnlyList<NuImagesKeyframe> keyframes, ulong seed)
{
    private readonly NuImagesKeyframe[] shuffled = [.. new RandomNumbers(seed, "nuimages-subset").Permutation(keyframes.Count).Select(index => keyframes[index])];

    /// <param name="size">How many; all when null.</param>
    /// <exception cref="UserErrorException">There are not so many.</exception>
    public IReadOnlyList<NuImagesKeyframe> Take(int? size) => size is null || size <= shuffled.Length
        ? shuffled[..(size ?? shuffled.Length)]
        : throw new UserErrorException($"{size} keyframes are asked for, there are {shuffled.Length}; choose smaller ones with --sizes.");

    /// <summary>Writes a list file: a comment that tells what it is, then one file a line.</summary>
    /// <param name="path">The file to write.</param>
    /// <param name="size">How many keyframes; all when null.</param>
    /// <param name="replace">Whether a file that already exists is replaced.</param>
    /// <param name="comment">What the subset is.</param>
    /// <exception cref="UserErrorException">There are not so many keyframes, or the file already exists.</exception>
    public void Write(string path, int? size, bool replace, string comment)
    {
        var chosen = Take(size);
        var head = $"# {chosen.Count} of {shuffled.Length} nuImages keyframes, seed {seed}, {comment}\n";
        AtomicFile.WriteText(path, head + string.Concat(chosen.Select(keyframe => keyframe.Filename + "\n")), replace);
    }
}
