using Google.Protobuf;
using Pipeline.Training.Backbones;
using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>
/// Writes a residual network as the ONNX model that another program might export: with its norms, and with names that say nothing.
/// </summary>
/// <param name="backbone">With any weights.</param>
internal sealed class OnnxNetwork(ResNet backbone)
{
    private const int Opset = 17;
    private readonly Dictionary<string, Tensor> state = StateDict.InOrder(backbone).ToDictionary();
    private readonly GraphProto graph = new() { Name = "network" };
    private int named;

    /// <summary>Whether a projection's nodes stand before those of the long branch.</summary>
    public bool ProjectionFirst { get; init; }

    /// <summary>Whether a sum takes the short branch first.</summary>
    public bool ShortcutFirst { get; init; }

    /// <summary>Whether the norm's weights come from nodes <c>Constant</c>, and pass an <c>Identity</c>.</summary>
    public bool ConstantNodes { get; init; }

    /// <summary>The model; it ends in a pooling and a classifier.</summary>
    public ModelProto Model()
    {
        graph.Input.Add(new ValueInfoProto { Name = "picture" });
        var value = Node("Relu", ConvNorm("picture", "conv1", "bn1", side: 7, stride: 2));
        value = Node("MaxPool", [value], ("kernel_shape", new long[] { 3, 3 }), ("strides", new long[] { 2, 2 }), ("pads", Pads(1)));
        for (var layer = 1; layer <= 4; layer++)
        {
            for (var block = 0; block < backbone.Options.BlocksPerLayer[layer - 1]; block++)
            {
                value = Block(value, $"layer{layer}.{block}", layer > 1 && block == 0 ? 2 : 1);
            }
        }

        var features = Node("Flatten", Node("GlobalAveragePool", value));
        var classifier = Constant(ones(1, backbone.OutputChannels[^1]));
        graph.Output.Add(new ValueInfoProto { Name = Node("Gemm", [features, classifier], ("transB", 1L)) });
        return new ModelProto
        {
            IrVersion = 8,
            ProducerName = "another program",
            OpsetImport = { new OperatorSetIdProto { Domain = "", Version = Opset } },
            Graph = graph,
        };
    }

    /// <summary>Writes a model as one file.</summary>
    public static void Write(ModelProto model, string path) => File.WriteAllBytes(path, model.ToByteArray());

    private string Block(string input, string name, int stride)
    {
        var hasProjection = state.ContainsKey($"{name}.downsample.0.weight");
        var shortcut = hasProjection && ProjectionFirst ? Projection(input, name, stride) : input;
        var path = Path(input, name, stride);
        shortcut = hasProjection && !ProjectionFirst ? Projection(input, name, stride) : shortcut;
        return Node("Relu", Node("Add", ShortcutFirst ? [shortcut, path] : [path, shortcut]));
    }

    private string Path(string input, string name, int stride)
    {
        if (!backbone.Options.IsBottleneck)
        {
            var first = Node("Relu", ConvNorm(input, $"{name}.conv1", $"{name}.bn1", side: 3, stride));
            return ConvNorm(first, $"{name}.conv2", $"{name}.bn2", side: 3, stride: 1);
        }

        var narrow = Node("Relu", ConvNorm(input, $"{name}.conv1", $"{name}.bn1", side: 1, stride: 1));
        var middle = Node("Relu", ConvNorm(narrow, $"{name}.conv2", $"{name}.bn2", side: 3, stride));
        return ConvNorm(middle, $"{name}.conv3", $"{name}.bn3", side: 1, stride: 1);
    }

    private string Projection(string input, string name, int stride) =>
        ConvNorm(input, $"{name}.downsample.0", $"{name}.downsample.1", side: 1, stride);

    private string ConvNorm(string input, string convolution, string norm, int side, int stride)
    {
        var made = Node(
            "Conv",
            [input, Constant(state[$"{convolution}.weight"])],
            ("strides", new long[] { stride, stride }),
            ("pads", Pads(side / 2)));
        string[] statistics =
        [
            .. new[] { "weight", "bias", "running_mean", "running_var" }.Select(name => Constant(state[$"{norm}.{name}"])),
        ];
        return Node("BatchNormalization", [made, .. statistics], ("epsilon", 1e-5f));
    }

    private string Constant(Tensor value)
    {
        var tensor = OnnxTensors.FromTorch($"p{named++}", value);
        if (!ConstantNodes || value.dim() != 1)
        {
            graph.Initializer.Add(tensor);
            return tensor.Name;
        }

        var node = new NodeProto { OpType = "Constant", Output = { tensor.Name } };
        node.Attribute.Add(new AttributeProto { Name = "value", Type = AttributeProto.Types.AttributeType.Tensor, T = tensor });
        graph.Node.Add(node);
        return Node("Identity", tensor.Name);
    }

    private string Node(string type, params string[] inputs) => Node(type, inputs, []);

    private string Node(string type, string[] inputs, params (string Name, object Value)[] attributes)
    {
        var output = $"v{named++}";
        graph.Node.Add(new NodeProto
        {
            OpType = type,
            Input = { inputs },
            Output = { output },
            Attribute = { attributes.Select(attribute => OnnxAttributes.Create(attribute.Name, attribute.Value)) },
        });
        return output;
    }

    private static long[] Pads(long size) => [size, size, size, size];
}
