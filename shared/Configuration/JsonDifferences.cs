using System.Text.Json.Nodes;

namespace Pipeline.Shared.Configuration;

/// <summary>A setting that has another value than before.</summary>
/// <param name="Key">Where it is, such as <c>detector.fpnChannels</c>.</param>
/// <param name="Before">Its value before, as JSON.</param>
/// <param name="Now">Its value now, as JSON.</param>
public sealed record JsonDifference(string Key, string Before, string Now)
{
    /// <summary>For people.</summary>
    public override string ToString() => $"{Key}: it was {Before}, now it is {Now}";
}

/// <summary>Says in which settings two JSON objects differ.</summary>
public static class JsonDifferences
{
    /// <param name="before">The one.</param>
    /// <param name="now">The other.</param>
    public static IEnumerable<JsonDifference> Of(JsonObject before, JsonObject now) => Of(before, now, "");

    private static IEnumerable<JsonDifference> Of(JsonObject before, JsonObject now, string prefix)
    {
        foreach (var key in before.Concat(now).Select(entry => entry.Key).Distinct())
        {
            var old = before[key];
            var current = now[key];
            if (old is JsonObject oldObject && current is JsonObject currentObject)
            {
                foreach (var difference in Of(oldObject, currentObject, $"{prefix}{key}."))
                {
                    yield return difference;
                }
            }
            else if (!JsonNode.DeepEquals(old, current))
            {
                yield return new JsonDifference(prefix + key, Text(old), Text(current));
            }
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";
}
