using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>
/// Finds a residual network in an ONNX graph by the order and the wiring of its nodes, whatever its values are called: a strided
/// convolution of 7 × 7 and a pooling, blocks in four stages, and behind them a classifier or nothing.
/// </summary>
/// <param name="wiring">Of the graph.</param>
/// <param name="constants">Of the graph.</param>
internal sealed class OnnxResidualNetwork(OnnxWiring wiring, OnnxInitializers constants)
{
    private const int Stages = 4, MostBlocks = 400;
    private static readonly string[] FirstOfClassifier =
        ["GlobalAveragePool", "AveragePool", "ReduceMean", "Flatten", "GlobalMaxPool", "Reshape"];

    private readonly List<OnnxWeight> weights = [];
    private int stage = 1;
    private int block;

    /// <summary>Its weights by torchvision's names; the caller disposes the tensors.</summary>
    /// <param name="last">The value that its last block makes.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">The graph is no plain residual network.</exception>
    public IReadOnlyList<OnnxWeight> Weights(out string last)
    {
        last = Stem();
        var after = "the first pooling";
        for (var count = 0; IsBlockNext(last, after); count++)
        {
            var found = OnnxBlock.At(last, after, wiring);
            after = Add(found);
            last = found.Result;
            if (count == MostBlocks)
            {
                throw wiring.Refusal($"it has more than {MostBlocks} blocks");
            }
        }

        return stage == Stages ? weights : throw wiring.Refusal($"it has {stage} stages of blocks, and not {Stages}");
    }

    private string Stem()
    {
        var first = wiring.OnlyReader(wiring.Input, $"the input {OnnxText.Name(wiring.Input)}");
        RequireOperator(first, "Conv", "the input");
        var stem = OnnxConvNorm.At(first, wiring);
        Add(stem, "conv1", "bn1", side: 7, stride: 2);
        var relu = wiring.OnlyReader(stem.Result, OnnxText.Node(first));
        RequireOperator(relu, "Relu", "the first convolution");
        var pool = wiring.OnlyReader(relu.Output[0], OnnxText.Node(relu));
        RequireOperator(pool, "MaxPool", "the first convolution and its Relu");
        new OnnxWindow(pool, wiring).Require(side: 3, stride: 2, actualSide: 3);
        return pool.Output[0];
    }

    /// <summary>Whether the network goes on after a value, and does not end there.</summary>
    private bool IsBlockNext(string value, string after)
    {
        var readers = wiring.Readers(value);
        if (readers.Any(node => node.OpType == "Conv"))
        {
            return true;
        }

        var isEnd = readers.Count == 0 || readers.All(node => FirstOfClassifier.Contains(node.OpType) || node.OpType == "Shape");
        if (!isEnd)
        {
            throw wiring.Refusal($"{after} is followed by {OnnxText.Operators(readers)}, where a block or the end is expected");
        }

        return false;
    }

    /// <returns>What it is called here, for messages.</returns>
    private string Add(OnnxBlock found)
    {
        var stride = new OnnxWindow(found.Strided.Convolution, wiring).Stride == 2 ? 2 : 1;
        if (stride == 2)
        {
            stage++;
            block = 0;
        }

        var name = $"layer{stage}.{block}";
        if (stage > Stages)
        {
            throw wiring.Refusal($"it has more than {Stages} stages of blocks");
        }

        for (var index = 0; index < found.Path.Count; index++)
        {
            var isPixel = found.IsBottleneck && index != 1;
            var isStrided = ReferenceEquals(found.Path[index], found.Strided);
            Add(
                found.Path[index],
                $"{name}.conv{index + 1}",
                $"{name}.bn{index + 1}",
                side: isPixel ? 1 : 3,
                stride: isStrided ? stride : 1);
        }

        if (found.Projection is not null)
        {
            Add(found.Projection, $"{name}.downsample.0", $"{name}.downsample.1", side: 1, stride: stride);
        }

        block++;
        return $"block {name}";
    }

    private void Add(OnnxConvNorm layer, string convolution, string norm, int side, int stride)
    {
        OnnxWeight[] added = [.. layer.Weights(convolution, norm, constants, wiring)];
        var shape = added[0].Value.shape;
        new OnnxWindow(layer.Convolution, wiring).Require(side, stride, actualSide: shape[2] == shape[3] ? shape[2] : -1);
        weights.AddRange(added);
    }

    private void RequireOperator(NodeProto node, string expected, string after)
    {
        if (node.OpType != expected)
        {
            throw wiring.Refusal($"{after} is followed by {OnnxText.Node(node)}, where {expected} is expected");
        }
    }
}
