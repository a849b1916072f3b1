using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.Configuration;

namespace Pipeline.Training.Detection.Training;

/// <summary>
/// Settles how long a run is: the length given last counts, in either unit. Milestones and warm-up that a lower layer made
/// for another length keep their numbers, and that length is stored with them, so that the run can scale them.
/// </summary>
internal static class RunLengthLayers
{
    private static readonly string Epochs = Name(nameof(FinetuneOptions.Epochs));
    private static readonly string Iterations = Name(nameof(FinetuneOptions.Iterations));

    /// <param name="settings">The settings of all layers together; they are changed in place.</param>
    /// <param name="history">Which layer made which of them.</param>
    /// <exception cref="ConfigurationException">The environment gives two lengths; its variables have no order.</exception>
    public static void Settle(JsonObject settings, SettingHistory history)
    {
        MadeSetting[] lengths = [.. history.Settings.Where(setting => setting.Key == Epochs || setting.Key == Iterations)];
        if (lengths.Any(setting => setting.Value is not null && !IsWhole(setting.Value)))
        {
            return; // Reading the options tells what is wrong.
        }

        RequireOneVariable(lengths);
        var length = Last(lengths);
        settings.Remove(length.Iterations is null ? Iterations : Epochs);
        Record(nameof(FinetuneOptions.Milestones), nameof(FinetuneOptions.MilestonesFor));
        Record(nameof(FinetuneOptions.WarmupIterations), nameof(FinetuneOptions.WarmupFor));

        void Record(string setting, string madeFor)
        {
            if (history.Last(Name(setting)) is not { } made)
            {
                return;
            }

            var isTold = history.Last(Name(madeFor)) is { Value: not null } told && told.Layer >= made.Layer;
            if (!isTold)
            {
                var then = Last(lengths.Where(other => other.Layer <= made.Layer));
                settings[Name(madeFor)] = then == length ? null : JsonSerializer.SerializeToNode(then, JsonFormat.Options);
            }
        }
    }

    /// <summary>The length that the last of some settings leaves.</summary>
    private static RunLength Last(IEnumerable<MadeSetting> lengths)
    {
        int? iterations = null;
        var epochs = FinetuneOptions.DefaultEpochs;
        foreach (var setting in lengths)
        {
            if (setting.Key == Iterations)
            {
                iterations = setting.Value?.GetValue<int>();
            }
            else if (setting.Value is not null)
            {
                epochs = setting.Value.GetValue<int>();
                iterations = null;
            }
        }

        return iterations is null ? new RunLength { Epochs = epochs } : new RunLength { Iterations = iterations };
    }

    private static void RequireOneVariable(IEnumerable<MadeSetting> lengths)
    {
        MadeSetting[] variables =
        [
            .. lengths.Where(setting => setting.Where.StartsWith(ConfigurationKeys.EnvironmentPrefix, StringComparison.OrdinalIgnoreCase)),
        ];
        if (variables.Length > 1)
        {
            var reason = $"{variables[0].Where} also gives the run's length, and variables have no order; keep one.";
            throw new ConfigurationException(variables[1].Where, variables[1].Key, reason);
        }
    }

    private static bool IsWhole(JsonNode value) => value is JsonValue number && number.TryGetValue<int>(out _);

    private static string Name(string property) => JsonNamingPolicy.CamelCase.ConvertName(property);
}
