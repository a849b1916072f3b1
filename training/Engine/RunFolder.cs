using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Engine;

/// <summary>The folder of a run: <c>config.json</c> (what was effective), <c>metrics.jsonl</c> and the checkpoints.</summary>
internal static class RunFolder
{
    private const string ConfigurationFile = "config.json", MetricsFile = "metrics.jsonl";

    /// <summary>Makes the folder and writes the configuration.</summary>
    /// <exception cref="UserErrorException">The folder is there already.</exception>
    public static void Create<TOptions>(string folder, TOptions options)
    {
        if (Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: the folder is there already; choose another with --output, or remove it.");
        }

        AtomicFile.WriteText(Path.Combine(folder, "environment.json"), JsonSerializer.Serialize(RunEnvironment.Here(), DetectorCheckpoint.Json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, ConfigurationFile), JsonSerializer.Serialize(options, DetectorCheckpoint.Json) + "\n");
    }

    /// <summary>The configuration of a run.</summary>
    /// <exception cref="UserErrorException">The folder holds no run.</exception>
    public static string Configuration(string folder) => Path.Combine(folder, ConfigurationFile) is var path && File.Exists(path)
        ? path
        : throw new UserErrorException($"{folder}: holds no run that could go on ({ConfigurationFile} is missing); begin one without --resume.");

    /// <summary>Makes ready to go on: removes what a killed process left half written.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="options">The options now.</param>
    /// <param name="free">Settings that do not change the result and may differ.</param>
    /// <exception cref="UserErrorException">The folder holds no run, or one with other settings.</exception>
    public static void Resume<TOptions>(string folder, TOptions options, params string[] free)
    {
        var before = JsonNode.Parse(File.ReadAllText(Configuration(folder)))!.AsObject();
        var now = JsonSerializer.SerializeToNode(options, DetectorCheckpoint.Json)!.AsObject();
        string[] differences = [.. Differences(before, now, "").Where(difference => !free.Contains(difference.Split(':')[0]))];
        if (differences.Length > 0)
        {
            throw new UserErrorException($"{folder}: the run has other settings: {string.Join("; ", differences)}. Go on with its own, or begin a new run in another folder.");
        }

        foreach (var left in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.Delete(left);
        }
    }

    private static IEnumerable<string> Differences(JsonObject before, JsonObject now, string front)
    {
        foreach (var key in before.Concat(now).Select(entry => entry.Key).Distinct())
        {
            var (old, current) = (before[key], now[key]);
            if (old is JsonObject oldObject && current is JsonObject currentObject)
            {
                foreach (var difference in Differences(oldObject, currentObject, $"{front}{key}."))
                {
                    yield return difference;
                }
            }
            else if (!JsonNode.DeepEquals(old, current))
            {
                yield return $"{front}{key}: it was {Text(old)}, now it is {Text(current)}";
            }
        }
    }

    private static string Text(JsonNode? node) => node?.ToJsonString() ?? "null";

    /// <summary>Reads what <see cref="WriteMetrics"/> wrote; nothing when there is no such file.</summary>
    public static IReadOnlyList<TEpoch> ReadMetrics<TEpoch>(string folder) => Path.Combine(folder, MetricsFile) is var path && File.Exists(path)
        ? [.. File.ReadLines(path).Select(line => JsonSerializer.Deserialize<TEpoch>(line, JsonSerializerOptions.Web)!)]
        : [];

    /// <summary>Writes one line an epoch.</summary>
    public static void WriteMetrics<TEpoch>(string folder, IEnumerable<TEpoch> epochs) =>
        AtomicFile.WriteText(Path.Combine(folder, MetricsFile), string.Concat(epochs.Select(epoch => JsonSerializer.Serialize(epoch, JsonSerializerOptions.Web) + "\n")));
}
