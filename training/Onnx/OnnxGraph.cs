using System.Runtime.InteropServices;
using Google.Protobuf;
using Pipeline.Shared;
using Pipeline.Shared.Files;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx;

/// <summary>
/// One ONNX graph in memory: nodes in topological order, constants, inputs, outputs and the element type of every value.
/// Modules add to it (<see cref="IOnnxEmitter{TInput,TOutput}"/>), passes rewrite it (<see cref="Passes.IOnnxPass"/>).
/// </summary>
public sealed class OnnxGraph
{
    /// <summary>Operator set: the first with antialiased <c>Resize</c> and <c>Pad</c> by axes.</summary>
    public const int Opset = 18;

    private const int IrVersion = 8;
    private const int WriteBufferBytes = 1 << 20;
    private readonly List<ValueInfoProto> inputs = [];
    private readonly List<ValueInfoProto> outputs = [];
    private readonly Dictionary<string, OnnxType> types = [];
    private readonly Dictionary<nn.Module, string> layerNames = new(ReferenceEqualityComparer.Instance);
    private List<NodeProto> nodes = [];
    private List<TensorProto> initializers = [];
    private int nodesAdded;
    private int constantsAdded;

    /// <summary>An empty graph.</summary>
    /// <param name="network">
    /// Its layers give their nodes the names that their weights have in a checkpoint; null: nodes are numbered.
    /// </param>
    public OnnxGraph(nn.Module? network = null)
    {
        foreach (var (name, layer) in network?.named_modules() ?? [])
        {
            layerNames.TryAdd(layer, name);
        }
    }

    /// <summary>Operators in an order in which each finds its inputs computed.</summary>
    public IReadOnlyList<NodeProto> Nodes => nodes;

    /// <summary>Constants, weights among them.</summary>
    public IReadOnlyList<TensorProto> Initializers => initializers;

    /// <summary>What the model takes.</summary>
    public IReadOnlyList<ValueInfoProto> Inputs => inputs;

    /// <summary>What the model gives.</summary>
    public IReadOnlyList<ValueInfoProto> Outputs => outputs;

    /// <summary>Element type of every value by its name.</summary>
    public IReadOnlyDictionary<string, OnnxType> Types => types;

    /// <summary>Declares an input.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public OnnxValue Input(string name, OnnxType type, params OnnxDimension[] shape)
    {
        var value = Declare(name, type);
        inputs.Add(ValueInfo(value, shape));
        return value;
    }

    /// <summary>Names a value as an output of the model.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Output(string name, OnnxValue value, params OnnxDimension[] shape)
    {
        var output = Declare(name, value.Type);
        AddNode($"Identity_{nodesAdded + 1}", "Identity", [value], [output], []);
        outputs.Add(ValueInfo(output, shape));
    }

    /// <summary>float32 constant.</summary>
    public OnnxValue Constant(float[] values, params long[] shape) => Constant(OnnxType.Float, Bytes<float>(values), shape);

    /// <summary>int64 constant.</summary>
    public OnnxValue Constant(long[] values, params long[] shape) => Constant(OnnxType.Int64, Bytes<long>(values), shape);

    /// <summary>float32 scalar.</summary>
    public OnnxValue Scalar(double value) => Constant([(float)value]);

    /// <summary>int32 vector of one element.</summary>
    public OnnxValue Int32(int value) => Constant(OnnxType.Int32, Bytes<int>([value]), [1]);

    /// <summary>float64 vector of one element.</summary>
    public OnnxValue Double(double value) => Constant(OnnxType.Double, Bytes<double>([value]), [1]);

    /// <summary>int64 vector.</summary>
    public OnnxValue Vector(params long[] values) => Constant(values, values.Length);

    /// <summary>A constant of any type.</summary>
    /// <param name="type">Of its elements.</param>
    /// <param name="data">Its elements, little endian. They are not copied and must not change any more.</param>
    /// <param name="shape">Its dimensions; none make a scalar.</param>
    public OnnxValue Constant(OnnxType type, byte[] data, IReadOnlyList<long> shape)
    {
        var value = Declare($"constant_{constantsAdded++}", type);
        initializers.Add(new TensorProto
        {
            Name = value.Name,
            DataType = (int)type,
            Dims = { shape },
            RawData = UnsafeByteOperations.UnsafeWrap(data),
        });
        return value;
    }

    /// <summary>Adds a node with one output; attributes are int, long, float, string or long[].</summary>
    public OnnxValue Op(string type, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes) =>
        Ops(type, 1, inputs, attributes)[0];

    /// <summary>Adds a node with several outputs.</summary>
    public OnnxValue[] Ops(string type, int outputs, IReadOnlyList<OnnxValue> inputs, params (string Name, object Value)[] attributes) =>
        Ops($"{type}_{nodesAdded + 1}", type, outputs, inputs, attributes);

    /// <summary>Adds the node of a layer: it has the layer's name, with a number from the second time on.</summary>
    internal OnnxValue LayerOp(
        nn.Module layer,
        string type,
        IReadOnlyList<OnnxValue> inputs,
        params (string Name, object Value)[] attributes)
    {
        if (!layerNames.TryGetValue(layer, out var name))
        {
            return Op(type, inputs, attributes);
        }

        var uses = 1;
        while (types.ContainsKey(Use(name, uses)))
        {
            uses++;
        }

        return Ops(Use(name, uses), type, 1, inputs, attributes)[0];
    }

    /// <summary>The whole file as one message. It shares nodes and constants with the graph.</summary>
    /// <exception cref="UserErrorException">It is too large for one ONNX file.</exception>
    public ModelProto ToModel()
    {
        var graph = new GraphProto
        {
            Name = "detector",
            Node = { nodes },
            Initializer = { initializers },
            Input = { inputs },
            Output = { outputs },
        };
        RequireFitsOneFile();
        return new ModelProto
        {
            IrVersion = IrVersion,
            ProducerName = "pipeline-train",
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            Graph = graph,
        };
    }

    /// <summary>Writes the model: a temporary name, flushed, renamed.</summary>
    /// <exception cref="UserErrorException">It is too large for one ONNX file.</exception>
    public void Save(string path)
    {
        var model = ToModel();
        AtomicFile.Write(path, stream =>
        {
            using var output = new CodedOutputStream(stream, WriteBufferBytes, leaveOpen: true);
            model.WriteTo(output);
        });
    }

    /// <summary>Puts other nodes and constants in the place of those that are there.</summary>
    /// <param name="newNodes">In topological order; they give values that the graph knows, or new ones.</param>
    /// <param name="newInitializers">Each named as a value of the graph; one may replace what a node gave before.</param>
    /// <param name="newValues">Values that the graph did not have.</param>
    internal void Rewrite(
        IReadOnlyList<NodeProto> newNodes, IReadOnlyList<TensorProto> newInitializers, params IReadOnlyList<OnnxValue> newValues)
    {
        foreach (var (name, type) in newValues)
        {
            Declare(name, type);
        }

        nodes = [.. newNodes];
        initializers = [.. newInitializers];
        var known = inputs.Select(input => input.Name)
            .Concat(initializers.Select(tensor => tensor.Name))
            .Concat(nodes.SelectMany(node => node.Output))
            .ToHashSet();
        foreach (var name in types.Keys.Where(name => !known.Contains(name)).ToList())
        {
            types.Remove(name);
        }
    }

    private static byte[] Bytes<T>(ReadOnlySpan<T> values)
        where T : struct => MemoryMarshal.AsBytes(values).ToArray();

    private static ValueInfoProto ValueInfo(OnnxValue value, OnnxDimension[] shape)
    {
        var dimensions = new TensorShapeProto();
        foreach (var (size, name) in shape)
        {
            dimensions.Dim.Add(name is null
                ? new TensorShapeProto.Types.Dimension { DimValue = size }
                : new TensorShapeProto.Types.Dimension { DimParam = name });
        }

        var tensor = new TypeProto.Types.Tensor { ElemType = (int)value.Type, Shape = dimensions };
        return new ValueInfoProto { Name = value.Name, Type = new TypeProto { TensorType = tensor } };
    }

    private static string Use(string layer, int number) => number == 1 ? layer : $"{layer}_{number}";

    private OnnxValue[] Ops(
        string name,
        string type,
        int outputs,
        IReadOnlyList<OnnxValue> inputs,
        (string Name, object Value)[] attributes)
    {
        AttributeProto[] named = [.. attributes.Select(attribute => OnnxAttributes.Create(attribute.Name, attribute.Value))];
        var results = new OnnxValue[outputs];
        for (var i = 0; i < outputs; i++)
        {
            var resultName = outputs == 1 ? name : $"{name}_{i}";
            results[i] = Declare(resultName, OnnxResultTypes.Of(type, i, inputs, named));
        }

        AddNode(name, type, inputs, results, named);
        return results;
    }

    private OnnxValue Declare(string name, OnnxType type)
    {
        if (!types.TryAdd(name, type))
        {
            throw new ArgumentException($"the graph has a value {name} already.", nameof(name));
        }

        return new OnnxValue(name, type);
    }

    private void AddNode(
        string name,
        string type,
        IReadOnlyList<OnnxValue> inputs,
        IReadOnlyList<OnnxValue> results,
        AttributeProto[] attributes)
    {
        nodesAdded++;
        nodes.Add(new NodeProto
        {
            Name = name,
            OpType = type,
            Input = { inputs.Select(input => input.Name) },
            Output = { results.Select(result => result.Name) },
            Attribute = { attributes },
        });
    }

    /// <summary>Protocol buffers count the bytes of a message in 31 bits.</summary>
    private void RequireFitsOneFile()
    {
        var bytes = nodes.Sum(node => (long)node.CalculateSize()) + initializers.Sum(tensor => (long)tensor.RawData.Length);
        const long LimitBytes = int.MaxValue - (1L << 20);
        if (bytes > LimitBytes)
        {
            var size = FormattableString.Invariant($"{bytes / (double)(1L << 30):F1} GiB");
            throw new UserErrorException($"the model takes {size}, and one ONNX file holds at most 2 GiB; make the network narrower.");
        }
    }
}
