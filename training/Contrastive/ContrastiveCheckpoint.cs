using System.Text.Json;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;

namespace Pipeline.Training.Contrastive;

/// <summary>Both encoders with their heads in one <c>.safetensors</c> file: <c>query.encoder.…</c>, <c>query.head.…</c>, <c>key.…</c>.</summary>
internal static class ContrastiveCheckpoint
{
    public const string QueryFront = "query.", KeyFront = "key.";
    private const string EncoderFront = "encoder.", OptionsKey = "contrastive-backbone";

    /// <summary>The backbone's shape, for the header.</summary>
    public static Dictionary<string, string> Metadata(ResNetOptions backbone) => new() { [OptionsKey] = JsonSerializer.Serialize(backbone, DetectorCheckpoint.Json) };

    /// <summary>Whether a file holds both encoders, and not a backbone alone.</summary>
    public static bool IsOne(SafetensorsContent content) => content.Metadata.ContainsKey(OptionsKey);

    /// <summary>Copies a model's weights. A head that the file does not have keeps its own.</summary>
    /// <param name="model">The model.</param>
    /// <param name="front"><see cref="QueryFront"/> or <see cref="KeyFront"/>.</param>
    /// <param name="content">The file.</param>
    /// <param name="path">For messages.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">The weights are of another architecture or dimension.</exception>
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
}
