using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>
/// Computes a graph with torch on the CPU, node by node, so that every value in it can be looked at. It shares nothing with the modules
/// that emitted the graph, and nothing with ONNX Runtime.
/// </summary>
internal sealed class GraphEvaluator : IDisposable
{
    private readonly OnnxGraph graph;
    private readonly IReadOnlyDictionary<string, GraphOperator> operators;
    private readonly Dictionary<string, Tensor> constants;
    private readonly string[][] lastReads;

    /// <param name="graph">What is computed; it must not change any more.</param>
    /// <param name="operators">Operators by name that <see cref="TorchOperators"/> does not have.</param>
    public GraphEvaluator(OnnxGraph graph, IReadOnlyDictionary<string, GraphOperator> operators)
    {
        this.graph = graph;
        this.operators = operators;
        lastReads = LastReads(graph);
        using var scope = NewDisposeScope();
        constants = graph.Initializers.ToDictionary(
            tensor => tensor.Name,
            tensor => OnnxTensors.ToTorch(tensor).DetachFromDisposeScope());
    }

    /// <param name="inputs">Each of the graph's inputs by its name, on the CPU.</param>
    /// <param name="observe">Called after every node.</param>
    /// <returns>The graph's outputs by their names, in the caller's dispose scope.</returns>
    /// <exception cref="NotSupportedException">A node has an operator, or a form of one, that is not known here.</exception>
    public IReadOnlyDictionary<string, Tensor> Run(IReadOnlyDictionary<string, Tensor> inputs, NodeObserver? observe = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var values = new Dictionary<string, Tensor>(constants);
        foreach (var (name, tensor) in inputs)
        {
            values.Add(name, tensor);
        }

        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            var node = graph.Nodes[i];
            Tensor?[] given = [.. node.Input.Select(name => name.Length == 0 ? null : values[name])];
            var results = Compute(node, given);
            observe?.Invoke(node, given, results);
            foreach (var (name, result) in node.Output.Zip(results))
            {
                values.Add(name, result);
            }

            foreach (var name in lastReads[i])
            {
                values.Remove(name, out var done);
                done!.Dispose();
            }
        }

        return graph.Outputs.ToDictionary(output => output.Name, output => values[output.Name].MoveToOuterDisposeScope());
    }

    /// <inheritdoc />
    public void Dispose()
    {
        foreach (var constant in constants.Values)
        {
            constant.Dispose();
        }
    }

    /// <summary>Values that a node gave and that no node after this one reads, node by node.</summary>
    private static string[][] LastReads(OnnxGraph graph)
    {
        var lastRead = new Dictionary<string, int>();
        for (var i = 0; i < graph.Nodes.Count; i++)
        {
            foreach (var name in graph.Nodes[i].Output.Concat(graph.Nodes[i].Input.Where(lastRead.ContainsKey)))
            {
                lastRead[name] = i;
            }
        }

        foreach (var output in graph.Outputs)
        {
            lastRead.Remove(output.Name);
        }

        var reads = lastRead.ToLookup(entry => entry.Value, entry => entry.Key);
        return [.. Enumerable.Range(0, graph.Nodes.Count).Select(i => reads[i].ToArray())];
    }

    private Tensor[] Compute(NodeProto node, Tensor?[] inputs)
    {
        using var scope = NewDisposeScope();
        var compute = operators.GetValueOrDefault(node.OpType, TorchOperators.Compute);
        var results = compute(node, inputs);
        return [.. results.Select(result => (inputs.Contains(result) ? result.alias() : result).MoveToOuterDisposeScope())];
    }
}
