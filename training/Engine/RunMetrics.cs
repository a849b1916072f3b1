using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Engine;

/// <summary><c>metrics.jsonl</c> of a run: one line an epoch.</summary>
internal static class RunMetrics
{
    private const string FileName = "metrics.jsonl";

    /// <summary>Whether a folder has the numbers of any epoch.</summary>
    public static bool AreIn(string folder) => RunFolder.Has(folder, FileName);

    /// <summary>An epoch's numbers as a line.</summary>
    public static string Line(object metrics) => JsonSerializer.Serialize(metrics, metrics.GetType(), JsonSerializerOptions.Web);

    /// <summary>Writes the lines of all epochs.</summary>
    public static void Write(string folder, IEnumerable<string> lines) =>
        AtomicFile.WriteText(Path.Combine(folder, FileName), string.Concat(lines.Select(line => line + "\n")));

    /// <summary>The lines of the first epochs; those of later ones, which a killed process left, are not given.</summary>
    /// <exception cref="UserErrorException">A line is none that a run wrote.</exception>
    public static IReadOnlyList<string> Lines(string folder, int epochs) =>
        [.. Parsed(folder, line => (line, JsonSerializer.Deserialize<Numbered>(line, JsonSerializerOptions.Web)!.Epoch))
            .Where(entry => entry.Epoch <= epochs)
            .Select(entry => entry.line)];

    /// <summary>Every epoch's numbers; none when there is no such file.</summary>
    /// <exception cref="UserErrorException">A line is none that a run wrote.</exception>
    public static IReadOnlyList<TEpoch> Read<TEpoch>(string folder) =>
        Parsed(folder, line => JsonSerializer.Deserialize<TEpoch>(line, JsonSerializerOptions.Web)!);

    private static List<T> Parsed<T>(string folder, Func<string, T> parse)
    {
        var epochs = new List<T>();
        if (!AreIn(folder))
        {
            return epochs;
        }

        var path = Path.Combine(folder, FileName);
        foreach (var line in InputFile.ReadText(path).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            try
            {
                epochs.Add(parse(line));
            }
            catch (JsonException exception)
            {
                throw new UserErrorException(
                    $"{path}:{epochs.Count + 1}: not an epoch's numbers as a run writes them; remove the line to continue without it.",
                    exception);
            }
        }

        return epochs;
    }

    private sealed record Numbered(int Epoch);
}
