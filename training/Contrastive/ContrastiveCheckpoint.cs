using System.Text.Json;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// A contrastive training in one <c>.safetensors</c> file: <c>query.encoder.…</c>, <c>query.head.…</c>, <c>key.…</c>; and, where a run shall go on,
/// <c>queue</c>, <c>velocity.…</c> and its position.
/// </summary>
internal static class ContrastiveCheckpoint
{
    public const string QueryFront = "query.", KeyFront = "key.";
    private const string EncoderFront = "encoder.", VelocityFront = "velocity.", QueueName = "queue";
    private const string OptionsKey = "contrastive-backbone", PositionKey = "position", QueueKey = "queue";

    /// <summary>The backbone's shape, for the header.</summary>
    public static Dictionary<string, string> Metadata(ResNetOptions backbone) => new() { [OptionsKey] = JsonSerializer.Serialize(backbone, DetectorCheckpoint.Json) };

    /// <summary>Whether a file holds both encoders, and not a backbone alone.</summary>
    public static bool IsOne(SafetensorsContent content) => content.Metadata.ContainsKey(OptionsKey);

    /// <summary>Writes everything that a run needs to go on as if it had never stopped.</summary>
    public static void Save(string path, ContrastiveTraining training, ResNetOptions backbone, PretrainPosition position)
    {
        var metadata = Metadata(backbone);
        metadata[PositionKey] = JsonSerializer.Serialize(position, DetectorCheckpoint.Json);
        metadata[QueueKey] = JsonSerializer.Serialize(new QueueState(training.Queue.Index, training.Queue.Enqueued), DetectorCheckpoint.Json);
        SafetensorsFile.Write(
            path,
            [
                .. StateDict.InOrder(training.Query, QueryFront), .. StateDict.InOrder(training.Key, KeyFront), new(QueueName, training.Queue.Rows),
                .. training.Velocities.Velocities.Select(entry => KeyValuePair.Create(VelocityFront + entry.Key, entry.Value)),
            ],
            metadata);
    }

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <exception cref="UserErrorException">The file is none of this run's.</exception>
    public static PretrainPosition Resume(string path, ContrastiveTraining training)
    {
        using var content = SafetensorsFile.Read(path);
        try
        {
            var position = JsonSerializer.Deserialize<PretrainPosition>(content.Metadata[PositionKey], DetectorCheckpoint.Json)!;
            var queue = JsonSerializer.Deserialize<QueueState>(content.Metadata[QueueKey], DetectorCheckpoint.Json)!;
            LoadInto(training.Query, QueryFront, content, path);
            LoadInto(training.Key, KeyFront, content, path);
            training.Queue.Restore(content.Tensors[QueueName], queue.Index, queue.Enqueued);
            training.Velocities.Restore(name => content.Tensors.GetValueOrDefault(VelocityFront + name), training.Device);
            return position;
        }
        catch (Exception exception) when (exception is KeyNotFoundException or JsonException)
        {
            throw new UserErrorException($"{path}: this is no checkpoint that a run can go on from; begin a new run in another folder.", exception);
        }
    }

    /// <summary>Copies a model's weights. A head that the file does not have keeps its own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="front"><see cref="QueryFront"/> or <see cref="KeyFront"/>.</param>
    /// <param name="content">The file.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="UserErrorException">The weights are of another architecture or dimension.</exception>
    public static void LoadInto(ContrastiveModel model, string front, SafetensorsContent content, string path)
    {
        var tensors = content.Tensors.Where(entry => entry.Key.StartsWith(front, StringComparison.Ordinal)).ToDictionary(entry => entry.Key[front.Length..], entry => entry.Value);
        foreach (var part in StateDict.InOrder(model).GroupBy(entry => entry.Key.Split('.')[0]))
        {
            var found = tensors.Where(entry => entry.Key.StartsWith(part.Key + ".", StringComparison.Ordinal)).ToDictionary(entry => entry.Key, entry => entry.Value);
            if (found.Count > 0 || part.Key + "." == EncoderFront)
            {
                DetectorCheckpoint.LoadInto(part, found, path);
            }
        }
    }

    private sealed record QueueState(int Index, long Enqueued);
}
