using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>The constants of an ONNX file as float32 tensors on the CPU. Only those that are asked for are made.</summary>
internal sealed class OnnxInitializers
{
    private const int Float = 1, Float16 = 10, Double = 11, BFloat16 = 16, BitsInByte = 8;
    private readonly OnnxWiring wiring;
    private readonly Dictionary<string, TensorProto> constants = new(StringComparer.Ordinal);
    private readonly HashSet<string> taken = new(StringComparer.Ordinal);

    /// <param name="graph">Its initializers, and its nodes that give a constant.</param>
    /// <param name="wiring">Of the graph.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">Two have one name.</exception>
    public OnnxInitializers(GraphProto graph, OnnxWiring wiring)
    {
        this.wiring = wiring;
        foreach (var tensor in graph.Initializer)
        {
            Add(tensor.Name, tensor);
        }

        foreach (var node in graph.Node.Where(node => node.OpType == "Constant" && node.Output.Count == 1))
        {
            if (node.Attribute.FirstOrDefault(attribute => attribute.Name == "value")?.T is { } tensor)
            {
                Add(node.Output[0], tensor);
            }
        }
    }

    /// <summary>Names of those that nobody has asked for.</summary>
    public IEnumerable<string> NotTaken => constants.Keys.Where(name => !taken.Contains(name));

    /// <summary>A copy of one.</summary>
    /// <param name="node">Whose input it is.</param>
    /// <param name="input">Which of the inputs.</param>
    /// <param name="dimensions">How many it must have.</param>
    /// <exception cref="Pipeline.Shared.UserErrorException">
    /// It is missing, stored outside the file, of another type or number of dimensions, or has values that are not finite.
    /// </exception>
    public Tensor Take(NodeProto node, int input, int dimensions)
    {
        var name = input < node.Input.Count ? node.Input[input] : "";
        if (!constants.TryGetValue(name, out var constant))
        {
            throw wiring.Refusal($"input {input} of {OnnxText.Node(node)} ({OnnxText.Name(name)}) is no constant of the file");
        }

        var label = $"{OnnxText.Name(name)} of {OnnxText.Node(node)}";
        if (constant.Dims.Count != dimensions)
        {
            throw wiring.Refusal($"{label} has the shape [{string.Join(", ", constant.Dims)}], where {dimensions} dimensions are needed");
        }

        taken.Add(name);
        var values = Values(constant, label);
        var notFinite = FiniteCheck.NotFinite(values);
        return notFinite == 0 ? values : throw wiring.Refusal($"{label} has {notFinite} values that are infinite or not a number");
    }

    private void Add(string name, TensorProto tensor)
    {
        if (!constants.TryAdd(name, tensor))
        {
            throw wiring.Refusal($"two constants are called {OnnxText.Name(name)}");
        }
    }

    private Tensor Values(TensorProto constant, string label)
    {
        if (constant.DataLocation != 0 || constant.ExternalData.Count > 0)
        {
            throw wiring.Refusal($"the values of {label} are in another file (external data); save the model as one file");
        }

        ScalarType type = constant.DataType switch
        {
            Float => float32,
            Float16 => float16,
            BFloat16 => bfloat16,
            Double => float64,
            _ => throw wiring.Refusal($"{label} is of ONNX's element type {constant.DataType}, not float; export the float model"),
        };
        var isList = constant.DataType == Float && constant.FloatData.Count > 0;
        var bytes = isList ? sizeof(float) * (long)constant.FloatData.Count : constant.RawData.Length;
        if (bytes != Bytes(constant.Dims, SafetensorsType.Of(type).Bits / BitsInByte))
        {
            throw wiring.Refusal($"{label} has {bytes} bytes, which do not fill its shape [{string.Join(", ", constant.Dims)}]");
        }

        if (isList)
        {
            return tensor(constant.FloatData.ToArray(), [.. constant.Dims]);
        }

        using var stored = empty([.. constant.Dims], type);
        constant.RawData.Span.CopyTo(stored.bytes);
        return stored.to(float32, copy: true);
    }

    /// <returns>What a tensor takes; -1 where no tensor has that shape.</returns>
    private static long Bytes(IEnumerable<long> dimensions, long bytes)
    {
        foreach (var dimension in dimensions)
        {
            if (dimension <= 0 || bytes > int.MaxValue / dimension)
            {
                return -1;
            }

            bytes *= dimension;
        }

        return bytes;
    }
}
