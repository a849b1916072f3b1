using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx.Passes;

/// <summary>Removes nodes and initializers that no output depends on.</summary>
internal sealed class RemoveDeadNodes : IOnnxPass
{
    public void Apply(OnnxGraph graph)
    {
        var needed = graph.Outputs.Select(output => output.Name).ToHashSet();
        var alive = new List<NodeProto>();
        foreach (var node in graph.Nodes.Reverse())   // a node comes after those whose values it reads
        {
            if (node.Output.Any(needed.Contains))
            {
                alive.Add(node);
                needed.UnionWith(node.Input);
            }
        }

        alive.Reverse();
        graph.Rewrite(alive, [.. graph.Initializers.Where(tensor => needed.Contains(tensor.Name))]);
    }
}
