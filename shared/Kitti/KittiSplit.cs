using Pipeline.Shared.Files;

namespace Pipeline.Shared.Kitti;

/// <summary>Frames for training and for testing, disjoint; written as lists, one frame a line.</summary>
/// <param name="Train">Frames to learn from, sorted.</param>
/// <param name="Test">Frames to measure on, sorted.</param>
public sealed record KittiSplit(IReadOnlyList<string> Train, IReadOnlyList<string> Test)
{
    /// <summary>A split by a seed: the same on every machine and for every order of the frames.</summary>
    /// <param name="frameIds">All frames.</param>
    /// <param name="seed">Chooses the split.</param>
    /// <param name="trainFraction">Share of the frames to learn from, rounded down.</param>
    public static KittiSplit Create(IEnumerable<string> frameIds, ulong seed, double trainFraction = 0.8)
    {
        string[] frames = [.. frameIds.Distinct().Order(StringComparer.Ordinal)];
        frames = [.. new RandomNumbers(seed, "split").Permutation(frames.Length).Select(index => frames[index])];
        var count = (int)(frames.Length * trainFraction);
        return new KittiSplit([.. frames[..count].Order(StringComparer.Ordinal)], [.. frames[count..].Order(StringComparer.Ordinal)]);
    }

    /// <exception cref="UserErrorException">The list is missing or empty.</exception>
    public static IReadOnlyList<string> ReadList(string path)
    {
        if (!File.Exists(path))
        {
            throw new UserErrorException($"{path}: there is no such list of frames.");
        }

        string[] frames = [.. File.ReadLines(path).Select(line => line.Trim()).Where(line => line.Length > 0)];
        return frames.Length > 0 ? frames : throw new UserErrorException($"{path}: the list of frames is empty.");
    }

    /// <summary>Writes one frame a line.</summary>
    public static void WriteList(string path, IEnumerable<string> frameIds) => AtomicFile.WriteText(path, string.Concat(frameIds.Select(id => id + "\n")));
}
