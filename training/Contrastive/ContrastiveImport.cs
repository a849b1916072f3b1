using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// Converts foreign weights into the initial weights of a contrastive training: encoder and heads, and the momentum encoder's; a copy
/// of the encoder's where the file has none.
/// </summary>
public static class ContrastiveImport
{
    /// <param name="source">A <c>.pth</c>, <c>.safetensors</c> or <c>.onnx</c> file.</param>
    /// <param name="output">The file to write.</param>
    /// <param name="input">What its network takes as an image; null: the product's, but for weights that are known.</param>
    /// <exception cref="UserErrorException">The file cannot be read, or weights of the encoder are missing.</exception>
    public static ImportReport Run(string source, string output, InputConvention? input = null)
    {
        using var scope = NewDisposeScope();
        using var foreign = ForeignWeights.Read(source);
        var weights = new SortedWeights(source, foreign);
        var shape = weights.Shape(WeightOwner.Query);
        var hasKey = weights.Of(WeightOwner.Key, WeightPart.Backbone).Count > 0;
        using var query = new ResNet(shape);
        using var key = new ResNet(shape);   // both live until the file is written: a module that the collector takes frees its tensors
        var tensors = new List<KeyValuePair<string, Tensor>>();
        var missing = new List<string>();
        void Add(ResNet encoder, WeightOwner owner, string prefix)
        {
            var encoderPrefix = $"{prefix}encoder.";
            missing.AddRange(weights.Fill(StateDict.InOrder(encoder), owner, WeightPart.Backbone).Select(name => encoderPrefix + name));
            (input ?? foreign.Input).FoldInto(encoder);
            tensors.AddRange(StateDict.InOrder(encoder, encoderPrefix));
            tensors.AddRange(weights.Take(owner, WeightPart.Head, prefix));
        }

        Add(query, WeightOwner.Query, ContrastiveWeights.QueryPrefix);
        Add(key, hasKey ? WeightOwner.Key : WeightOwner.Query, ContrastiveWeights.KeyPrefix);
        var report = weights.Report(shape, missing);
        weights.Refuse(missing);
        var metadata = ContrastiveWeights.Metadata(shape);
        LearnedImages.Add(metadata, LearnedImages.In(source));
        SafetensorsFile.Write(output, tensors, metadata);
        return report;
    }
}
