using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>A convolution or a product of what a node computes with constant weights, wherever the graph uses them.</summary>
/// <param name="Name">Of its first node.</param>
/// <param name="Weight">Name of its weights, float32 with the results' channels first.</param>
/// <param name="Nodes">Of type Conv or Gemm: several where one layer serves several maps.</param>
/// <param name="IsLast">No other layer reads its results: they are what the network says.</param>
internal sealed record QuantizableLayer(string Name, string Weight, IReadOnlyList<NodeProto> Nodes, bool IsLast)
{
    /// <summary>Operators whose results are maps if what they take is one.</summary>
    private static readonly string[] Passing = ["Relu", "Add", "MaxPool", "Resize", "Flatten"];

    /// <returns>The layers of a graph in its order.</returns>
    public static IReadOnlyList<QuantizableLayer> Find(OnnxGraph graph)
    {
        var constants = graph.Initializers.Where(tensor => tensor.DataType == (int)OnnxType.Float).Select(tensor => tensor.Name).ToHashSet();
        var computed = graph.Nodes.SelectMany(node => node.Output).ToHashSet();
        var nodes = graph.Nodes
            .Where(node => IsLayer(node) && computed.Contains(node.Input[0]) && node.Input.Skip(1).All(constants.Contains))
            .ToList();
        var leading = LeadingToLayers(graph, nodes);
        return
        [
            .. nodes.GroupBy(node => node.Input[1]).Select(uses => new QuantizableLayer(
                uses.First().Name,
                uses.Key,
                [.. uses],
                IsLast: !uses.Any(node => leading.Contains(node.Output[0])))),
        ];
    }

    private static bool IsLayer(NodeProto node) => node.OpType switch
    {
        "Conv" => true,
        "Gemm" => node.Attribute.Integer("transB", otherwise: 0) == 1
            && node.Attribute.Integer("transA", otherwise: 0) == 0
            && node.Attribute.Number("alpha", otherwise: 1) == 1
            && node.Attribute.Number("beta", otherwise: 1) == 1,
        _ => false,
    };

    /// <summary>Names of the values that a layer reads, or that become what one reads.</summary>
    private static HashSet<string> LeadingToLayers(OnnxGraph graph, List<NodeProto> layers)
    {
        var leading = layers.Select(node => node.Input[0]).ToHashSet();
        foreach (var node in graph.Nodes.Reverse().Where(node => Passing.Contains(node.OpType) && leading.Contains(node.Output[0])))
        {
            leading.UnionWith(node.Input);
        }

        return leading;
    }
}
