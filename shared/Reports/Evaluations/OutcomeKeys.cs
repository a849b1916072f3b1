using Pipeline.Shared.Reports.Charts;

namespace Pipeline.Shared.Reports.Evaluations;

/// <summary>What the boxes in pictures mean; the colors are those that they are drawn in, in light and dark.</summary>
internal static class OutcomeKeys
{
    public static IReadOnlyList<ChartKey> All { get; } =
    [
        Box("right detection", "#4cd97b", isDashed: false),
        Box("✗ wrong detection", "#ff7a3d", isDashed: false),
        Box("missed object", "#ffd60a", isDashed: true),
        Box("label of a found object", "#ffffff", isDashed: true),
        Box("region that counts neither way", "#a9a9a9", isDashed: true),
    ];

    private static ChartKey Box(string name, string color, bool isDashed)
    {
        var dashes = isDashed ? " stroke-dasharray=\"4 2\"" : "";
        return new ChartKey(
            name,
            $"<rect width=\"24\" height=\"12\" rx=\"2\" fill=\"#3a414b\"/><rect x=\"3\" y=\"2.5\" width=\"18\" height=\"7\" fill=\"none\" "
                + $"stroke=\"{color}\" stroke-width=\"2\"{dashes}/>");
    }
}
