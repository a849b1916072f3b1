using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Engine;

/// <summary>The folder of a run: <c>config.json</c> (what was effective), <c>metrics.jsonl</c> and the checkpoints.</summary>
internal static class RunFolder
{
    /// <summary>Makes the folder and writes the configuration.</summary>
    /// <exception cref="UserErrorException">The folder is there already.</exception>
    public static void Create<TOptions>(string folder, TOptions options)
    {
        if (Directory.Exists(folder))
        {
            throw new UserErrorException($"{folder}: the folder is there already; choose another with --output, or remove it.");
        }

        AtomicFile.WriteText(Path.Combine(folder, "config.json"), JsonSerializer.Serialize(options, DetectorCheckpoint.Json) + "\n");
    }

    /// <summary>Writes one line an epoch.</summary>
    public static void WriteMetrics<TEpoch>(string folder, IEnumerable<TEpoch> epochs) =>
        AtomicFile.WriteText(Path.Combine(folder, "metrics.jsonl"), string.Concat(epochs.Select(epoch => JsonSerializer.Serialize(epoch, JsonSerializerOptions.Web) + "\n")));
}
