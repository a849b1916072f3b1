namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>A level of difficulty: harder levels contain the easier ones.</summary>
/// <param name="Name">easy, moderate or hard.</param>
/// <param name="MinHeight">In pixels.</param>
/// <param name="MaxOcclusion">0 visible, 1 partly, 2 largely hidden.</param>
/// <param name="MaxTruncation">0 to 1.</param>
internal sealed record KittiDifficulty(string Name, double MinHeight, int MaxOcclusion, double MaxTruncation)
{
    /// <summary>The three levels, the easiest first.</summary>
    public static IReadOnlyList<KittiDifficulty> All { get; } =
    [
        new("easy", MinHeight: 40, MaxOcclusion: 0, MaxTruncation: 0.15),
        new("moderate", MinHeight: 25, MaxOcclusion: 1, MaxTruncation: 0.3),
        new("hard", MinHeight: 25, MaxOcclusion: 2, MaxTruncation: 0.5),
    ];

    /// <summary>Whether an object belongs to the level.</summary>
    public bool Contains(in TruthObject truth, KittiHeight height)
    {
        var isHigh = height == KittiHeight.Above ? truth.Box.Height > MinHeight : truth.Box.Height >= MinHeight;
        return isHigh && truth.Occlusion <= MaxOcclusion && truth.Truncation <= MaxTruncation;
    }

    /// <summary>Whether a detection is too small for the level: it is ignored, whatever its class.</summary>
    public bool IsTooSmall(in FoundObject found) => Math.Abs(found.Box.Height) < MinHeight;
}
