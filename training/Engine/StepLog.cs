using System.Text.Json;
using System.Text.Json.Nodes;
using Pipeline.Shared.Files;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>Numbers of single steps: <c>steps.jsonl</c>, and the same as TensorBoard's events in <c>events/</c>.</summary>
internal sealed class StepLog
{
    private readonly string path;
    private readonly string name;
    private readonly SummaryWriter events;

    /// <param name="folder">The run's folder.</param>
    /// <param name="name">Prefix of the names of the curves.</param>
    /// <param name="done">Steps that the run has done; lines of later ones, which a killed process left, are removed.</param>
    public StepLog(string folder, string name, long done)
    {
        path = Path.Combine(folder, "steps.jsonl");
        this.name = name;
        if (File.Exists(path))
        {
            AtomicFile.WriteText(path, string.Concat(File.ReadLines(path).Where(line => StepOf(line) < done).Select(line => line + "\n")));
        }

        events = utils.tensorboard.SummaryWriter(Path.Combine(folder, "events"), "", createRunName: false);
    }

    /// <summary>Appends a line; every number of it is a curve of TensorBoard's.</summary>
    public void Write(StepRecord step)
    {
        var line = new JsonObject { ["step"] = step.Step, ["epoch"] = step.Epoch };
        foreach (var (key, number) in step.Numbers())
        {
            line[key] = number;
            events.add_scalar($"{name}/{key}", (float)number, (int)step.Step);
        }

        File.AppendAllText(path, line.ToJsonString() + "\n");
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

/// <summary>The numbers of one step.</summary>
/// <param name="Step">From 0, over the whole run.</param>
/// <param name="Epoch">From 1.</param>
/// <param name="Values">What the step computed, the loss first.</param>
/// <param name="Gauges">Numbers of the training's state.</param>
internal sealed record StepRecord(
    long Step,
    int Epoch,
    IReadOnlyDictionary<string, double> Values,
    IReadOnlyList<KeyValuePair<string, double>> Gauges)
{
    /// <summary>Of the step.</summary>
    public required double LearningRate { get; init; }

    /// <summary>Speed, with the waiting for the batch.</summary>
    public required double ImagesPerSecond { get; init; }

    /// <summary>The loss scaler's factor; null without one.</summary>
    public required double? LossScale { get; init; }

    /// <summary>All of them by name.</summary>
    public IEnumerable<KeyValuePair<string, double>> Numbers()
    {
        foreach (var number in Values.Concat(Gauges))
        {
            yield return number;
        }

        yield return new("learningRate", LearningRate);
        yield return new("imagesPerSecond", ImagesPerSecond);
        if (LossScale is { } scale)
        {
            yield return new("lossScale", scale);
        }
    }
}
