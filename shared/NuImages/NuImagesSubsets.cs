using Pipeline.Shared.Files;

namespace Pipeline.Shared.NuImages;

/// <summary>
/// Nested, seeded subsets of keyframes: a smaller subset is the beginning of a larger one. The paper uses 5k, 18k, 35k and all; which
/// images its authors chose is not published.
/// </summary>
/// <param name="keyframes">In an order that does not depend on the machine.</param>
/// <param name="seed">Determines the subsets.</param>
public sealed class NuImagesSubsets(IReadOnlyList<NuImagesKeyframe> keyframes, ulong seed)
{
    private readonly NuImagesKeyframe[] shuffled = Shuffle(keyframes, seed);

    /// <param name="size">Number of keyframes; all when null.</param>
    /// <exception cref="UserErrorException">There are fewer keyframes than that.</exception>
    public IReadOnlyList<NuImagesKeyframe> Take(int? size)
    {
        var count = size ?? shuffled.Length;
        return count <= shuffled.Length
            ? shuffled[..count]
            : throw new UserErrorException(
                $"{size} keyframes were requested, but there are only {shuffled.Length}; choose smaller subsets with --sizes.");
    }

    /// <summary>Writes a list file: a comment that describes the subset, then one file name per line.</summary>
    /// <param name="path">The list file.</param>
    /// <param name="size">Number of keyframes; all when null.</param>
    /// <param name="replace">Whether an existing file is replaced.</param>
    /// <param name="comment">Describes the subset.</param>
    /// <exception cref="UserErrorException">There are too few keyframes, or the file already exists.</exception>
    public void Write(string path, int? size, bool replace, string comment)
    {
        var chosen = Take(size);
        var head = $"# {chosen.Count} of {shuffled.Length} nuImages keyframes, seed {seed}, {comment}\n";
        AtomicFile.WriteText(path, head + string.Concat(chosen.Select(keyframe => keyframe.Filename + "\n")), replace);
    }

    private static NuImagesKeyframe[] Shuffle(IReadOnlyList<NuImagesKeyframe> keyframes, ulong seed)
    {
        var order = new RandomNumbers(seed, "nuimages-subset").Permutation(keyframes.Count);
        return [.. order.Select(index => keyframes[index])];
    }
}
