using Pipeline.Shared;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Which node of an ONNX graph makes a value, and which read it. Nodes that only pass a value on are left out.</summary>
internal sealed class OnnxWiring
{
    private static readonly string[] PassingOn = ["Identity", "Dropout"];
    private static readonly string[] Quantized = ["Quantize", "Dequantize", "Integer", "QLinear"];

    private readonly string source;
    private readonly Dictionary<string, string> passedOn = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<NodeProto>> readers = new(StringComparer.Ordinal);

    /// <param name="source">The file, for messages.</param>
    /// <param name="graph">Inputs of its nodes are renamed in place to the values that are really made.</param>
    /// <exception cref="UserErrorException">It is quantized, or two nodes make one value.</exception>
    public OnnxWiring(string source, GraphProto graph)
    {
        this.source = source;
        var made = new HashSet<string>(StringComparer.Ordinal);
        foreach (var node in graph.Node)
        {
            RequireFloat(node);
            RequireResult(node);
            foreach (var output in node.Output.Where(output => output.Length > 0 && !made.Add(output)))
            {
                throw Refusal($"two nodes make the value {OnnxText.Name(output)}");
            }

            Connect(node);
        }

        Input = OnlyInput(graph);
    }

    /// <summary>The value that the network takes.</summary>
    public string Input { get; }

    /// <summary>The value that a name stands for.</summary>
    public string Origin(string value) => passedOn.GetValueOrDefault(value, value);

    /// <summary>The nodes that read a value, each as often as it reads it.</summary>
    public IReadOnlyList<NodeProto> Readers(string value) => readers.GetValueOrDefault(value) ?? [];

    /// <summary>The one node that reads a value.</summary>
    /// <param name="value">What it reads.</param>
    /// <param name="after">What made the value, for messages.</param>
    /// <exception cref="UserErrorException">No node reads it, or several do.</exception>
    public NodeProto OnlyReader(string value, string after)
    {
        var found = Readers(value);
        return found.Count == 1 ? found[0] : throw Refusal($"{after} is followed by {OnnxText.Operators(found)}, not by one node");
    }

    /// <summary>The nodes that a value leads to, over any number of others.</summary>
    public IReadOnlyCollection<NodeProto> Behind(string value)
    {
        var found = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var waiting = new Queue<string>([value]);
        while (waiting.TryDequeue(out var next))
        {
            foreach (var node in Readers(next).Where(found.Add))
            {
                foreach (var output in node.Output)
                {
                    waiting.Enqueue(output);
                }
            }
        }

        return found;
    }

    /// <summary>An error about what the file holds.</summary>
    public UserErrorException Refusal(string found) =>
        new($"{source}: there is no residual network in it that can be read: {found}.");

    private void Connect(NodeProto node)
    {
        for (var index = 0; index < node.Input.Count; index++)
        {
            node.Input[index] = Origin(node.Input[index]);
        }

        if (PassingOn.Contains(node.OpType) && node.Input.Count > 0 && node.Output.Count > 0)
        {
            passedOn[node.Output[0]] = node.Input[0];
            return;
        }

        foreach (var input in node.Input.Where(input => input.Length > 0))
        {
            if (!readers.TryGetValue(input, out var list))
            {
                list = [];
                readers.Add(input, list);
            }

            list.Add(node);
        }
    }

    private void RequireFloat(NodeProto node)
    {
        if (Array.Exists(Quantized, word => node.OpType.Contains(word, StringComparison.Ordinal)))
        {
            throw Refusal($"it is quantized ({OnnxText.Operator(node)}); export the float model");
        }
    }

    /// <summary>A damaged file can have lost what a node makes.</summary>
    private void RequireResult(NodeProto node)
    {
        if (node.Output.Count == 0)
        {
            throw Refusal($"{OnnxText.Operator(node)} makes no value; the file is damaged");
        }
    }

    private string OnlyInput(GraphProto graph)
    {
        var constants = graph.Initializer.Select(tensor => tensor.Name).ToHashSet(StringComparer.Ordinal);
        string[] inputs = [.. graph.Input.Select(input => input.Name).Where(name => !constants.Contains(name))];
        return inputs.Length == 1
            ? inputs[0]
            : throw Refusal($"it takes {inputs.Length} inputs ({OnnxText.Names(inputs)}), where a residual network takes one image");
    }
}
