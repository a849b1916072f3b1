using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Settles what a run begins from where one layer names a backbone and another a whole detector: the later layer counts. Both in one layer
/// stay, and are refused.
/// </summary>
internal static class FirstWeightLayers
{
    private static readonly string Detector = Name(nameof(FinetuneOptions.Weights));
    private static readonly string Backbone = Name(nameof(FinetuneOptions.BackboneWeights));

    /// <param name="settings">The settings of all layers together; they are changed in place.</param>
    /// <param name="history">Which layer made which of them.</param>
    public static void Settle(JsonObject settings, SettingHistory history)
    {
        var detector = history.Last(Detector);
        var backbone = history.Last(Backbone);
        if (!IsGiven(detector) || !IsGiven(backbone) || detector!.Layer == backbone!.Layer)
        {
            return;
        }

        var older = detector.Layer < backbone.Layer ? Detector : Backbone;
        string[] keys = [.. settings.Select(entry => entry.Key).Where(key => key.Equals(older, StringComparison.OrdinalIgnoreCase))];
        foreach (var key in keys)
        {
            settings[key] = null;
        }
    }

    private static bool IsGiven(MadeSetting? setting) =>
        setting?.Value is JsonValue value && value.TryGetValue<string>(out var text) && WeightChoice.IsGiven(text);

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
