using System.Runtime.InteropServices;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>
/// Reads a model as a runtime would, without running it: unique names, every input defined before it is read, initializers of the
/// right length, types and ranks that fit the operators and the declared outputs.
/// </summary>
internal sealed class GraphChecker
{
    private readonly Dictionary<string, InferredValue> values = [];
    private readonly List<string> defects = [];

    private GraphChecker(GraphProto graph)
    {
        UniqueNames(graph);
        foreach (var input in graph.Input)
        {
            values[input.Name] = Declared(input);
        }

        foreach (var tensor in graph.Initializer)
        {
            values[tensor.Name] = Initializer(tensor);
        }

        var given = graph.Node.SelectMany(node => node.Output).ToHashSet();
        foreach (var node in graph.Node)
        {
            Node(node, given);
        }

        foreach (var output in graph.Output)
        {
            Output(output);
        }
    }

    /// <summary>What was inferred for every value, by its name.</summary>
    public IReadOnlyDictionary<string, InferredValue> Values => values;

    /// <summary>Each in one sentence; none where the model is sound.</summary>
    public IReadOnlyList<string> Defects => defects;

    public static GraphChecker Check(ModelProto model) => new(model.Graph);

    private static InferredValue Declared(ValueInfoProto value)
    {
        var tensor = value.Type.TensorType;
        var dims = tensor.Shape.Dim.Select(size => size.HasDimValue ? size.DimValue : (long?)null);
        return new InferredValue((OnnxType)tensor.ElemType, [.. dims]);
    }

    private void UniqueNames(GraphProto graph)
    {
        IEnumerable<string> names =
        [
            .. graph.Input.Select(input => input.Name),
            .. graph.Initializer.Select(tensor => tensor.Name),
            .. graph.Node.SelectMany(node => node.Output),
        ];
        defects.AddRange(Repeated(names).Select(name => $"value {name} is defined more than once"));
        defects.AddRange(Repeated(graph.Node.Select(node => node.Name)).Select(name => $"more than one node is called {name}"));
    }

    private static IEnumerable<string> Repeated(IEnumerable<string> names) =>
        names.GroupBy(name => name).Where(group => group.Count() > 1).Select(group => group.Key);

    private InferredValue Initializer(TensorProto tensor)
    {
        var type = (OnnxType)tensor.DataType;
        var size = type switch
        {
            OnnxType.UInt8 or OnnxType.Int8 or OnnxType.Bool => 1,
            OnnxType.Float16 => 2,
            OnnxType.Int64 or OnnxType.Double => 8,
            _ => 4,
        };
        var expected = tensor.Dims.Aggregate((long)size, (product, dimension) => product * dimension);
        if (tensor.RawData.Length != expected)
        {
            defects.Add($"initializer {tensor.Name} has {tensor.RawData.Length} bytes in place of {expected}");
        }

        long[]? integers = type == OnnxType.Int64 ? [.. MemoryMarshal.Cast<byte, long>(tensor.RawData.Span)] : null;
        return new InferredValue(type, [.. tensor.Dims.Select(dimension => (long?)dimension)], integers);
    }

    private void Node(NodeProto node, HashSet<string> given)
    {
        var inputs = new List<InferredValue?>();
        foreach (var name in node.Input)
        {
            if (name.Length > 0 && !values.ContainsKey(name))
            {
                var reason = given.Contains(name) ? "before it is computed" : "which nothing gives";
                defects.Add($"node {node.Name} reads {name} {reason}");
                return;
            }

            inputs.Add(values.GetValueOrDefault(name));
        }

        try
        {
            var results = ShapeInference.Of(node, inputs);
            for (var i = 0; i < node.Output.Count; i++)
            {
                values[node.Output[i]] = results[i];
            }
        }
        catch (InferenceException exception)
        {
            defects.Add($"node {node.Name}: {exception.Message}");
        }
    }

    private void Output(ValueInfoProto output)
    {
        var declared = Declared(output);
        if (!values.TryGetValue(output.Name, out var inferred))
        {
            defects.Add($"output {output.Name} is not computed");
        }
        else if (inferred.Type != declared.Type || inferred.Rank != declared.Rank)
        {
            defects.Add($"output {output.Name} is declared as {declared}, and is {inferred}");
        }
    }
}
