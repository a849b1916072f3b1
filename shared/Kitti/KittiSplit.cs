namespace Pipeline.Shared.Kitti;

/// <summary>Frames for training and for testing, disjoint; <see cref="FrameList"/> writes and reads them.</summary>
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
}
