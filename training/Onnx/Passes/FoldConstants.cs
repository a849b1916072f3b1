using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>Computes nodes whose inputs are all initializers; each becomes an initializer itself.</summary>
internal sealed class FoldConstants : IOnnxPass
{
    public void Apply(OnnxGraph graph)
    {
        var constants = graph.Initializers.ToDictionary(tensor => tensor.Name);
        var initializers = graph.Initializers.ToList();
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Nodes)
        {
            var folded = node.Input.All(constants.ContainsKey) ? Fold(node, constants) : null;
            if (folded is null)
            {
                nodes.Add(node);
                continue;
            }

            constants[folded.Name] = folded;
            initializers.Add(folded);
        }

        graph.Rewrite(nodes, initializers);
    }

    /// <returns>The node's result, or null where the operator is not among those that are computed here.</returns>
    private static TensorProto? Fold(NodeProto node, Dictionary<string, TensorProto> constants)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. node.Input.Select(name => OnnxTensors.ToTorch(constants[name]))];
        var result = Compute(node, inputs);
        return result is null ? null : OnnxTensors.FromTorch(node.Output[0], result);
    }

    private static Tensor? Compute(NodeProto node, Tensor[] inputs) => node.OpType switch
    {
        "Add" => inputs[0] + inputs[1],
        "Sub" => inputs[0] - inputs[1],
        "Mul" => inputs[0] * inputs[1],
        "Div" when inputs[0].is_floating_point() => inputs[0] / inputs[1],
        "Div" => inputs[0].div(inputs[1], RoundingMode.trunc),
        "Pow" => inputs[0].pow(inputs[1]),
        "Cast" => inputs[0].to(OnnxTensors.TorchType((OnnxType)node.Attribute.Integer("to"))),
        "Concat" => cat(inputs, node.Attribute.Integer("axis")),
        _ => null,
    };
}
