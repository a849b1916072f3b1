using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Pipeline.Shared.Files;

namespace Pipeline.Training.Onnx;

/// <summary>A value of the graph.</summary>
/// <param name="Name">Unique in the graph.</param>
public readonly record struct OnnxValue(string Name);

/// <summary>Element types of ONNX tensors, by the format's numbers.</summary>
public enum OnnxType
{
    /// <summary>float32</summary>
    Float = 1,

    /// <summary>uint8</summary>
    UInt8 = 2,

    /// <summary>int32</summary>
    Int32 = 6,

    /// <summary>int64</summary>
    Int64 = 7,

    /// <summary>bool</summary>
    Bool = 9,

    /// <summary>float64</summary>
    Double = 11,
}

/// <summary>Builds one ONNX graph: nodes in the order they are added, each constant stored once.</summary>
public sealed class OnnxGraph
{
    /// <summary>Operator set: the first with antialiased <c>Resize</c> and <c>Pad</c> by axes.</summary>
    public const int Opset = 18;

    private const int IrVersion = 8;
    private readonly OnnxMessage graph = new();
    private readonly Dictionary<string, OnnxValue> constants = [];
    private int count;

    /// <summary>How many nodes of each operator there are.</summary>
    public SortedDictionary<string, int> NodeCounts { get; } = [];

    /// <summary>Declares an input; a dimension is a number or a name.</summary>
    public OnnxValue Input(string name, OnnxType type, params object[] shape)
    {
        graph.Message(11, ValueInfo(name, type, shape));
        return new OnnxValue(name);
    }

    /// <summary>Names a value as an output of the model.</summary>
    public void Output(string name, OnnxValue value, OnnxType type, params object[] shape)
    {
        Node("Identity", [value], [name]);
        graph.Message(12, ValueInfo(name, type, shape));
    }

    /// <summary>float32 constant.</summary>
    public OnnxValue Constant(float[] values, params long[] shape) => Constant(OnnxType.Float, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>int64 constant.</summary>
    public OnnxValue Constant(long[] values, params long[] shape) => Constant(OnnxType.Int64, MemoryMarshal.AsBytes<long>(values), shape);

    /// <summary>float32 scalar.</summary>
    public OnnxValue Scalar(double value) => Constant([(float)value]);

    /// <summary>int32 vector of one element.</summary>
    public OnnxValue Int32(int value) => Constant(OnnxType.Int32, MemoryMarshal.AsBytes<int>([value]), [1]);

    /// <summary>float64 vector of one element.</summary>
    public OnnxValue Double(double value) => Constant(OnnxType.Double, MemoryMarshal.AsBytes<double>([value]), [1]);

    /// <summary>int64 vector.</summary>
    public OnnxValue Vector(params long[] values) => Constant(values, values.Length);

    /// <summary>Adds a node with one output; attributes are long, float, string or long[].</summary>
    public OnnxValue Op(string type, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes) => Ops(type, 1, inputs, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    public OnnxValue[] Ops(string type, int outputs, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes)
    {
        string[] names = [.. Enumerable.Range(0, outputs).Select(i => $"{type}_{count + 1}" + (outputs > 1 ? $"_{i}" : ""))];
        Node(type, inputs, names, attributes);
        return [.. names.Select(name => new OnnxValue(name))];
    }

    /// <summary>Writes the model: a temporary name, flushed, renamed.</summary>
    public void Save(string path) => AtomicFile.Write(path, stream =>
        new OnnxMessage()
            .Integer(1, IrVersion)
            .Text(2, "pipeline-train")
            .Message(8, new OnnxMessage().Text(1, "").Integer(2, Opset))
            .Message(7, graph.Text(2, "detector"))
            .WriteTo(stream));

    private static OnnxMessage ValueInfo(string name, OnnxType type, object[] shape)
    {
        var dimensions = new OnnxMessage();
        foreach (var size in shape)
        {
            dimensions.Message(1, size is string symbol ? new OnnxMessage().Text(2, symbol) : new OnnxMessage().Integer(1, Convert.ToInt64(size)));
        }

        return new OnnxMessage().Text(1, name).Message(2, new OnnxMessage().Message(1, new OnnxMessage().Integer(1, (long)type).Message(2, dimensions)));
    }

    private OnnxValue Constant(OnnxType type, ReadOnlySpan<byte> data, long[] shape)
    {
        var key = $"{type} {string.Join(',', shape)} {Convert.ToHexString(SHA256.HashData(data))}";
        if (!constants.TryGetValue(key, out var value))
        {
            value = constants[key] = new OnnxValue($"constant_{constants.Count}");
            var tensor = new OnnxMessage();
            foreach (var size in shape)
            {
                tensor.Integer(1, size);
            }

            graph.Message(5, tensor.Integer(2, (long)type).Text(8, value.Name).Bytes(9, data));
        }

        return value;
    }

    private void Node(string type, IReadOnlyList<OnnxValue> inputs, string[] outputs, params (string Name, object Value)[] attributes)
    {
        count++;
        NodeCounts[type] = NodeCounts.GetValueOrDefault(type) + 1;
        var node = new OnnxMessage();
        foreach (var input in inputs)
        {
            node.Text(1, input.Name);
        }

        foreach (var output in outputs)
        {
            node.Text(2, output);
        }

        node.Text(3, $"{type}_{count}").Text(4, type);
        foreach (var (name, value) in attributes)
        {
            var attribute = new OnnxMessage().Text(1, name);
            switch (value)
            {
                case float number:
                    attribute.Single(2, number).Integer(20, 1);
                    break;
                case string text:
                    attribute.Text(4, text).Integer(20, 3);
                    break;
                case long[] list:
                    foreach (var entry in list)
                    {
                        attribute.Integer(8, entry);
                    }

                    attribute.Integer(20, 7);
                    break;
                default:
                    attribute.Integer(3, Convert.ToInt64(value)).Integer(20, 2);
                    break;
            }

            node.Message(5, attribute);
        }

        graph.Message(1, node);
    }
}
