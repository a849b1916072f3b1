using Pipeline.Shared.Reports.Charts;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>What the boxes in pictures mean; the colors are those that they are drawn in, in light and dark.</summary>
internal static class OutcomeKeys
{
    public static IReadOnlyList<ChartKey> All { get; } =
    [
        new("right detection", "box box-right"),
        new("✗ wrong detection", "box box-wrong"),
        new("missed object", "box box-missed"),
        new("label of a found object", "box box-truth"),
        new("region that counts neither way", "box box-ignored"),
    ];
}
