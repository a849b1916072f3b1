using System.Text.Json;
using Microsoft.Extensions.Logging;
using Pipeline.Shared;
using Pipeline.Shared.Configuration;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Engine;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// The weights of a contrastive training under their names in a <c>.safetensors</c> file: <c>query.encoder.…</c>,
/// <c>query.head.…</c>, <c>key.…</c>, and <c>queue</c> where a run is to be resumed.
/// </summary>
internal static class ContrastiveWeights
{
    public const string QueryPrefix = "query.", KeyPrefix = "key.";
    private const string EncoderPrefix = "encoder.", QueueName = "queue";
    private const string OptionsKey = "contrastive-backbone", QueueKey = "queue";

    /// <summary>The backbone's shape, for the header.</summary>
    public static Dictionary<string, string> Metadata(ResNetOptions backbone) =>
        new() { [OptionsKey] = JsonSerializer.Serialize(backbone, JsonFormat.Options) };

    /// <summary>The first weights of both encoders: those of a file, or the query's random ones.</summary>
    /// <param name="path">A backbone, or both encoders with their heads; null: none.</param>
    /// <param name="query">The encoder that learns by gradient descent.</param>
    /// <param name="backbone">The query's.</param>
    /// <param name="key">The momentum encoder: a moving average of the query encoder.</param>
    /// <param name="log">Receives warnings of values that are not finite.</param>
    /// <exception cref="UserErrorException">The file is of another architecture or dimension.</exception>
    public static void Begin(string? path, ContrastiveModel query, ResNet backbone, ContrastiveModel key, ILogger log)
    {
        if (path is null)
        {
            MomentumEncoder.Copy(query, key);
            return;
        }

        using var content = BackboneSource.Open(path, ImportHint.Contrastive);
        if (!content.Metadata.ContainsKey(OptionsKey))
        {
            BackboneCheckpoint.LoadInto(backbone, content, path, log);
            MomentumEncoder.Copy(query, key);
            return;
        }

        var state = new RunState(content.Tensors, content.Metadata, path);
        LoadInto(query, state.Below(QueryPrefix), path, log);
        MomentumEncoder.Copy(query, key);
        LoadInto(key, state.Below(KeyPrefix), path, log);
    }

    /// <summary>Everything that a run needs to resume, except its optimizer.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> State(ContrastiveModel query, ContrastiveModel key, FeatureQueue queue) =>
        [.. StateDict.InOrder(query, QueryPrefix), .. StateDict.InOrder(key, KeyPrefix), new(QueueName, queue.Rows)];

    /// <summary>The backbone's shape and the queue's place.</summary>
    public static Dictionary<string, string> Texts(ResNetOptions backbone, FeatureQueue queue)
    {
        var texts = Metadata(backbone);
        texts[QueueKey] = JsonSerializer.Serialize(new QueueState(queue.Index, queue.Enqueued), JsonFormat.Options);
        return texts;
    }

    /// <summary>Takes over what <see cref="State"/> and <see cref="Texts"/> gave.</summary>
    /// <exception cref="KeyNotFoundException">Something is missing.</exception>
    /// <exception cref="JsonException">The queue's place cannot be read.</exception>
    public static void Restore(RunState state, ContrastiveModel query, ContrastiveModel key, FeatureQueue queue, ILogger log)
    {
        var position = JsonSerializer.Deserialize<QueueState>(state.Texts[QueueKey], JsonFormat.Options)!;
        LoadInto(query, state.Below(QueryPrefix), state.Path, log);
        LoadInto(key, state.Below(KeyPrefix), state.Path, log);
        queue.Restore(state.Tensors[QueueName], position.Index, position.Enqueued);
    }

    /// <summary>Copies a model's weights. A head that the file does not have keeps its own.</summary>
    public static void LoadInto(ContrastiveModel model, Dictionary<string, Tensor> tensors, string path, ILogger log)
    {
        foreach (var part in StateDict.InOrder(model).GroupBy(entry => entry.Key.Split('.')[0]))
        {
            var prefix = part.Key + ".";
            var found = tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).ToDictionary();
            if (found.Count > 0 || prefix == EncoderPrefix)
            {
                WeightLoading.Into(part, found, path, log);
            }
        }
    }

    private sealed record QueueState(int Index, long Enqueued);
}
