using Pipeline.Shared;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>The residual network of an ONNX file, and what else the file holds.</summary>
/// <remarks>
/// Where the file's strided windows have one row and column of zeros less at the end than ours (pads 3, 3, 2, 2), both compute the same
/// on images whose sides stay even down to the last stage (multiples of 32), and not the same on others.
/// </remarks>
internal sealed class OnnxNetworkFile : IDisposable
{
    private const long OldestOpset = 7;
    private readonly IReadOnlyList<OnnxWeight> weights;

    private OnnxNetworkFile(IReadOnlyList<OnnxWeight> weights) => this.weights = weights;

    /// <summary>The weights, under torchvision's names.</summary>
    public IReadOnlyList<ForeignEntry> Entries =>
        [.. weights.Select(weight => new ForeignEntry(weight.Canonical, weight.Value, Unread: null))];

    /// <summary>Operator set and producer.</summary>
    public required string Layout { get; init; }

    /// <summary>What the network takes as an image; null where the file does not say it.</summary>
    public InputConvention? Input { get; init; }

    /// <summary>The file's names of constants behind the last block.</summary>
    public required IReadOnlyList<string> Classifier { get; init; }

    /// <summary>The file's names of constants that nothing needs.</summary>
    public required IReadOnlyList<string> Unexpected { get; init; }

    /// <param name="path">An ONNX file.</param>
    /// <exception cref="UserErrorException">The file is missing, broken or too large, or holds no plain residual network.</exception>
    public static OnnxNetworkFile Read(string path)
    {
        var (bytes, model) = OnnxFile.Read(path);
        var wiring = new OnnxWiring(path, model.Graph);
        var opset = Opset(model, wiring);
        var constants = new OnnxInitializers(model.Graph, wiring);
        using var scope = NewDisposeScope();
        var weights = new OnnxResidualNetwork(wiring, constants).Weights(out var last);
        foreach (var weight in weights)
        {
            weight.Value.DetachFromDisposeScope();
        }

        var behind = wiring.Behind(last).SelectMany(node => node.Input).ToHashSet(StringComparer.Ordinal);
        string[] rest = [.. constants.NotTaken];
        return new OnnxNetworkFile(weights)
        {
            Layout = $"ONNX opset {opset}{Producer(model)}",
            Input = ImageNetWeights.IsOriginal(bytes) ? ImageNetWeights.Input : null,
            Classifier = [.. rest.Where(behind.Contains)],
            Unexpected = [.. rest.Where(name => !behind.Contains(name))],
        };
    }

    /// <summary>A report in which the weights have the names of the file; names that we need several times are one entry.</summary>
    public ImportReport Named(ImportReport report)
    {
        var mapped = weights.Where(weight => weight.Name is not null && report.Mapped.ContainsKey(weight.Canonical));
        var ignored = report.Ignored.ToDictionary();
        if (Classifier.Count > 0)
        {
            ignored[nameof(WeightPart.Classifier)] = Classifier;
        }

        return report with
        {
            Mapped = mapped.GroupBy(weight => weight.Name!)
                .ToDictionary(group => group.Key, group => string.Join(", ", group.Select(weight => weight.Canonical))),
            Network = "the graph",
            Ignored = ignored,
            Unexpected = Unexpected,
        };
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var weight in weights)
        {
            weight.Value.Dispose();
        }
    }

    private static long Opset(ModelProto model, OnnxWiring wiring)
    {
        var opset = model.OpsetImport.FirstOrDefault(entry => entry.Domain is "" or "ai.onnx")?.Version ?? 0;
        return opset >= OldestOpset
            ? opset
            : throw wiring.Refusal($"its operators are of opset {opset}, and {OldestOpset} is the oldest that is read; export it anew");
    }

    private static string Producer(ModelProto model)
    {
        var producer = $"{model.ProducerName} {model.ProducerVersion}".Trim();
        return producer.Length == 0 ? "" : $" of {OnnxText.Name(producer)}";
    }
}
