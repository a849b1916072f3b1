using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>Which values of a graph become uint8 when some of its layers become int8.</summary>
/// <remarks>
/// They are such that ONNX Runtime finds only whole numbers around an int8 layer, and computes it in them: it takes QuantizeLinear and
/// DequantizeLinear around an operator together with it where all that it reads and gives is quantized; Relu where the zero point is 0;
/// MaxPool and Resize where both sides have one scale.
/// </remarks>
internal static class QuantizedValues
{
    /// <param name="graph">In float32.</param>
    /// <param name="weights">Names of the weights of the layers in int8.</param>
    /// <returns>The values, and for each the value whose range it has: itself, or what a MaxPool or Resize takes.</returns>
    public static IReadOnlyDictionary<string, string> Of(OnnxGraph graph, IReadOnlySet<string> weights)
    {
        var readers = graph.Nodes.SelectMany(node => node.Input.Distinct().Select(input => (Input: input, Node: node)))
            .ToLookup(read => read.Input, read => read.Node);
        var layers = graph.Nodes.Where(node => node.OpType is "Conv" or "Gemm" && weights.Contains(node.Input[1])).ToList();
        var read = layers.Select(node => node.Input[0]).ToHashSet();
        var given = layers.Where(node => node.OpType == "Conv").Select(node => node.Output[0]).ToHashSet();
        var ranges = new Dictionary<string, string>();
        foreach (var node in graph.Nodes)
        {
            var output = node.Output[0];
            if (node.OpType is "MaxPool" or "Resize" && ranges.TryGetValue(node.Input[0], out var source))
            {
                ranges[output] = source;
                continue;
            }

            var isSum = node.OpType == "Add" && node.Input.All(ranges.ContainsKey);
            if (isSum || given.Contains(output))
            {
                var result = Activated(output, readers);
                ranges[result] = result;
            }

            if (read.Contains(output))
            {
                ranges[output] = output;
            }
        }

        return ranges;
    }

    /// <summary>The result of the Relu that alone reads a value, or the value.</summary>
    private static string Activated(string value, ILookup<string, NodeProto> readers) =>
        readers[value].ToList() is [{ OpType: "Relu" } relu] ? relu.Output[0] : value;
}
