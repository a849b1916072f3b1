using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.Configuration;

namespace Pipeline.Training.Detection.Checkpoints;

/// <summary>Settings under which the same weights compute something else, though they fit in shape.</summary>
internal static class DetectorSettings
{
    private static readonly string[] Keys =
    [
        "resize", "swapRedAndBlue", "imageMean", "imageStd", "anchorSizes", "aspectRatios", "anchorsRounded", "anchorStrides",
        "bboxRegWeights", "roiAligned", "roiSamplingRatio",
    ];

    /// <param name="before">What the weights were learned with; null: torchvision's, whose files do not say the norms' epsilon.</param>
    /// <param name="now">The settings of this run.</param>
    /// <returns>One text for each that differs.</returns>
    public static IReadOnlyList<string> Differences(DetectorOptions? before, DetectorOptions now)
    {
        var earlier = JsonSerializer.SerializeToNode(before ?? new DetectorOptions(), JsonFormat.Options)!;
        var later = JsonSerializer.SerializeToNode(now, JsonFormat.Options)!;
        var differences = Keys.Where(key => !JsonNode.DeepEquals(earlier[key], later[key]))
            .Select(key => Difference(key, earlier[key], later[key])).ToList();
        if (before is not null && before.Backbone.NormEpsilon != now.Backbone.NormEpsilon)
        {
            differences.Add(FormattableString.Invariant(
                $"backbone.normEpsilon: it was {before.Backbone.NormEpsilon}, now it is {now.Backbone.NormEpsilon}"));
        }

        return differences;
    }

    private static string Difference(string key, JsonNode? before, JsonNode? now) => $"{key}: it was {Text(before)}, now it is {Text(now)}";

    private static string Text(JsonNode? node) => node is null ? "nothing" : node.ToJsonString();
}
