using Pipeline.Training.Onnx.Evaluation;
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
            if (!IsFolded(node) || !node.Input.All(constants.ContainsKey))
            {
                nodes.Add(node);
                continue;
            }

            var folded = Fold(node, constants);
            constants[folded.Name] = folded;
            initializers.Add(folded);
        }

        graph.Rewrite(nodes, initializers);
    }

    private static TensorProto Fold(NodeProto node, Dictionary<string, TensorProto> constants)
    {
        using var scope = NewDisposeScope();
        Tensor[] inputs = [.. node.Input.Select(name => OnnxTensors.ToTorch(constants[name]))];
        return OnnxTensors.FromTorch(node.Output[0], TorchOperators.Compute(node, inputs)[0]);
    }

    /// <summary>The operators of shape arithmetic.</summary>
    private static bool IsFolded(NodeProto node) => node.OpType is "Add" or "Sub" or "Mul" or "Div" or "Pow" or "Cast" or "Concat";
}
