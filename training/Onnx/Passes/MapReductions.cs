using System.Runtime.InteropServices;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>How many times smaller a map's sides are than those of the maps that the graph's first convolutions read.</summary>
internal sealed class MapReductions
{
    private readonly Dictionary<string, int?> known = [];
    private readonly Dictionary<string, TensorProto> initializers;
    private readonly int sidesMultipleOf;

    /// <param name="graph">A network of convolutions.</param>
    /// <param name="sidesMultipleOf">Of the first maps' sides.</param>
    public MapReductions(OnnxGraph graph, int sidesMultipleOf)
    {
        this.sidesMultipleOf = sidesMultipleOf;
        initializers = graph.Initializers.ToDictionary(tensor => tensor.Name);
        foreach (var node in graph.Nodes)
        {
            if (node.OpType is "Conv" or "MaxPool" or "Relu" or "Add" or "Resize")
            {
                known[node.Output[0]] = Of(node);
            }
        }
    }

    /// <summary>1 for a first map; null where the sides are no whole part of the first maps'.</summary>
    public int? Of(string map) => known.GetValueOrDefault(map, 1);

    private int? Of(NodeProto node)
    {
        var input = Of(node.Input[0]);
        return node.OpType switch
        {
            "Conv" or "MaxPool" => Strided(node, input),
            "Add" => input == Of(node.Input[1]) ? input : null,
            "Resize" => Doubles(node) && input is > 1 ? input / 2 : null,
            _ => input,
        };
    }

    /// <summary>
    /// A side that is a multiple of the stride is divided by it exactly if padding leaves 1..stride places of the kernel.
    /// </summary>
    private int? Strided(NodeProto node, int? input)
    {
        var kernel = node.Attribute.Integers("kernel_shape");
        var strides = node.Attribute.Integers("strides");
        var dilations = node.Attribute.Integers("dilations");
        var pads = node.Attribute.Integers("pads");
        for (var axis = 0; axis < kernel.Length; axis++)
        {
            var covered = (kernel[axis] - 1) * dilations[axis] + 1;
            var rest = covered - pads[axis] - pads[axis + kernel.Length];
            if (strides[axis] != strides[0] || rest < 1 || rest > strides[axis])
            {
                return null;
            }
        }

        var output = input * (int)strides[0];
        return sidesMultipleOf % output == 0 ? output : null;
    }

    private bool Doubles(NodeProto node) =>
        node.Input.Count == 3
        && initializers.TryGetValue(node.Input[2], out var scales)
        && MemoryMarshal.Cast<byte, float>(scales.RawData.Span).SequenceEqual([1f, 1, 2, 2]);
}
