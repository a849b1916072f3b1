using System.Text.Json;
using Pipeline.Shared.Files;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Numbers of single steps: <c>steps.jsonl</c>, and the same as TensorBoard's events in <c>events/</c>.</summary>
internal sealed class StepLog
{
    private readonly string path, name;
    private readonly SummaryWriter events;

    /// <param name="folder">The run's folder.</param>
    /// <param name="name">What the curves' names begin with.</param>
    /// <param name="done">Steps that the run has done; lines of later ones, which a killed process left, are removed.</param>
    public StepLog(string folder, string name, long done)
    {
        (path, this.name) = (Path.Combine(folder, "steps.jsonl"), name);
        if (File.Exists(path))
        {
            AtomicFile.WriteText(path, string.Concat(File.ReadLines(path).Where(line => StepOf(line) <= done).Select(line => line + "\n")));
        }

        events = utils.tensorboard.SummaryWriter(Path.Combine(folder, "events"), "", createRunName: false);
    }

    /// <summary>Appends a line; every number of it is a curve of TensorBoard's.</summary>
    /// <typeparam name="T">A record with a property <c>Step</c>.</typeparam>
    public void Write<T>(long step, T metrics)
    {
        var line = JsonSerializer.SerializeToElement(metrics, JsonSerializerOptions.Web);
        File.AppendAllText(path, line.GetRawText() + "\n");
        foreach (var number in line.EnumerateObject().Where(number => number.Value.ValueKind == JsonValueKind.Number && number.Name != "step"))
        {
            events.add_scalar($"{name}/{number.Name}", (float)number.Value.GetDouble(), (int)step);
        }
    }

    private static long StepOf(string line)
    {
        try
        {
            using var document = JsonDocument.Parse(line);
            return document.RootElement.GetProperty("step").GetInt64();
        }
        catch (JsonException)
        {
            return long.MaxValue;   // cut off by a kill
        }
    }
}
