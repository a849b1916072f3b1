using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>
/// Large 3×3 convolutions become Winograd's products F(4×4, 3×3) (Lavin and Gray 2015): a quarter of the multiplications, and on a CPU
/// two fifths of the time. The sums are the same but for rounding, which is some four times that of a direct convolution.
/// </summary>
/// <param name="sidesMultipleOf">Sides of the maps that the graph's first convolutions read are multiples of this.</param>
/// <param name="minChannels">Fewer channels, before or after, leave a convolution as it is.</param>
internal sealed class WinogradConvolution(int sidesMultipleOf, int minChannels = WinogradConvolution.WorthwhileChannels) : IOnnxPass
{
    /// <summary>The sides of maps that are large enough, as parts of the first maps'.</summary>
    private const int MaxReduction = 8;

    /// <summary>
    /// The products of 256 channels take 0.4 of the convolution's time, of 128 half, of 64 nearly all; and each convolution adds 150 nodes,
    /// which take longer to load and, on small maps, to run than is gained.
    /// </summary>
    private const int WorthwhileChannels = 256;

    /// <summary>ONNX Runtime keeps maps whose channels are a multiple of this in blocks; only there are the products fast.</summary>
    private const int ChannelBlock = 16;

    private const int Kernel = 3;

    public void Apply(OnnxGraph graph)
    {
        var initializers = graph.Initializers.ToDictionary(tensor => tensor.Name);
        var reductions = new MapReductions(graph, sidesMultipleOf);
        var products = new WinogradProducts(graph);
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Nodes.ToArray())
        {
            if (!IsSmallKernel(node) || !initializers.TryGetValue(node.Input[1], out var weight) || !HasBlocks(weight))
            {
                nodes.Add(node);
                continue;
            }

            if (reductions.Of(node.Input[0]) is not { } reduction || reduction > MaxReduction)
            {
                nodes.Add(node);
                continue;
            }

            var isWhole = sidesMultipleOf % (reduction * WinogradProducts.TileSide) == 0;
            var before = graph.Nodes.Count;
            products.Emit(new WinogradInput(node, weight, FillsTiles: isWhole));
            nodes.AddRange(graph.Nodes.Skip(before));
            nodes[^1].Output[0] = node.Output[0];
        }

        graph.Rewrite(nodes, graph.Initializers);
    }

    private static bool IsSmallKernel(NodeProto node) =>
        node.OpType == "Conv"
        && node.Attribute.Integer("group") == 1
        && node.Attribute.Integers("kernel_shape").All(side => side == Kernel)
        && node.Attribute.Integers("strides").All(stride => stride == 1)
        && node.Attribute.Integers("dilations").All(dilation => dilation == 1)
        && node.Attribute.Integers("pads").All(pad => pad == 1);

    private bool HasBlocks(TensorProto weight) =>
        weight.Dims.Count == 4 && weight.Dims.Take(2).All(channels => channels >= minChannels && channels % ChannelBlock == 0);
}
