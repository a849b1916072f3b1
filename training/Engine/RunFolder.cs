using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Engine;

/// <summary>The folder of a run: <c>config.json</c> (what was effective), <c>data.json</c> (digests), <c>environment.json</c>, <c>log.txt</c>, metrics and checkpoints.</summary>
internal static class RunFolder
{
    private const string ConfigurationFile = "config.json", DataFile = "data.json", MetricsFile = "metrics.jsonl";

    /// <summary>Makes the folder of a new run, or makes one ready to go on.</summary>
    /// <param name="folder">The run's folder.</param>
    /// <param name="options">The options now.</param>
    /// <param name="data">Digests of the data now.</param>
    /// <param name="resume">Whether the run is there already and goes on.</param>
    /// <param name="free">Settings that do not change the result and may differ.</param>
    /// <exception cref="UserErrorException">A new run's folder is there already; or one that should go on is not, or has other settings or data.</exception>
    public static void Begin<TOptions, TData>(string folder, TOptions options, TData data, bool resume, params string[] free)
    {
        if (resume)
        {
            Resume(folder, options, data, free);
        }
        else
        {
            Create(folder, options, data);
        }
    }

    private static void Create<TOptions, TData>(string folder, TOptions options, TData data)
    {
        if (Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: the folder is there already; choose another with --output, or remove it.");
        }

        AtomicFile.WriteText(Path.Combine(folder, "environment.json"), JsonSerializer.Serialize(RunEnvironment.Here(), DetectorCheckpoint.Json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, DataFile), JsonSerializer.Serialize(data, DetectorCheckpoint.Json) + "\n");
        AtomicFile.WriteText(Path.Combine(folder, ConfigurationFile), JsonSerializer.Serialize(options, DetectorCheckpoint.Json) + "\n");
    }

    /// <summary>The configuration of a run.</summary>
    /// <exception cref="UserErrorException">The folder holds no run.</exception>
    public static string Configuration(string folder) => Path.Combine(folder, ConfigurationFile) is var path && File.Exists(path)
        ? path
        : throw new UserErrorException($"{folder}: holds no run that could go on ({ConfigurationFile} is missing); begin one without --resume.");

    private static void Resume<TOptions, TData>(string folder, TOptions options, TData data, string[] free)
    {
        string[] settings = [.. Changes(Configuration(folder), options).Where(difference => !free.Contains(difference.Split(':')[0]))];
        if (settings.Length > 0)
        {
            throw new UserErrorException($"{folder}: the run has other settings: {string.Join("; ", settings)}. Go on with its own, or begin a new run in another folder.");
        }

        string[] changes = [.. Changes(Path.Combine(folder, DataFile), data)];
        if (changes.Length > 0)
        {
            throw new UserErrorException($"{folder}: these are not the images, labels or weights, or not in the order, that the run began with: {string.Join("; ", changes)}. Bring them back, or begin a new run in another folder.");
        }

        // What a killed process left half written.
        foreach (var left in Directory.EnumerateFiles(folder, ".*.tmp"))
        {
            File.Delete(left);
        }
    }

    private static IEnumerable<string> Changes<T>(string file, T now)
    {
        try
        {
            return Differences(JsonNode.Parse(File.ReadAllText(file))!.AsObject(), JsonSerializer.SerializeToNode(now, DetectorCheckpoint.Json)!.AsObject(), "");
        }
        catch (Exception exception) when (exception is JsonException or FileNotFoundException or InvalidOperationException)
        {
            throw new UserErrorException($"{file}: is missing or not as the run wrote it ({exception.Message}); begin a new run in another folder.", exception);
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
