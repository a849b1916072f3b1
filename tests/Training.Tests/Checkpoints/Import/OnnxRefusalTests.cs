using CsCheck;
using Google.Protobuf;
using Pipeline.Shared;
using Pipeline.Training.Backbones;
using Pipeline.Training.Checkpoints.Import;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;
using Pipeline.Training.Tests.Onnx;

namespace Pipeline.Training.Tests.Checkpoints.Import;

/// <summary>An ONNX file that is no plain residual network is refused with what was found in it, and nothing is written.</summary>
public sealed class OnnxRefusalTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("onnx-refusal").FullName;

    private static readonly Dictionary<string, Action<ModelProto>> Changes = new()
    {
        ["opset 6, and 7 is the oldest"] = model => model.OpsetImport[0].Version = 6,
        ["opset 0"] = model => model.OpsetImport.Clear(),
        ["in another file (external data)"] = model => model.Graph.Initializer[0].DataLocation = 1,
        ["of ONNX's element type 3, not float"] = model => model.Graph.Initializer[0].DataType = 3,
        ["which do not fill its shape"] = model => model.Graph.Initializer[0].RawData = ByteString.CopyFrom(1, 2, 3, 4),
        ["[-1, 3, 7, 7]"] = model => model.Graph.Initializer[0].Dims[0] = -1,
        ["[9223372036854775807, 9223372036854775807, 7, 7]"] = model =>
        {
            model.Graph.Initializer[0].Dims[0] = long.MaxValue;
            model.Graph.Initializer[0].Dims[1] = long.MaxValue;
        },
        ["has 100000 channels; 512 are the most"] = model =>
        {
            model.Graph.Initializer[0].Dims[0] = 100_000;
            model.Graph.Initializer[0].RawData = ByteString.CopyFrom(new byte[100_000 * 3 * 7 * 7 * sizeof(float)]);
            foreach (var tensor in model.Graph.Initializer.Skip(1).Take(4))
            {
                tensor.Dims[0] = 100_000;
                tensor.RawData = ByteString.CopyFrom(new byte[100_000 * sizeof(float)]);
            }
        },
        ["where 4 dimensions are needed"] = model => model.Graph.Initializer[0].Dims.RemoveAt(0),
        ["no constant of the file"] = model => model.Graph.Initializer.RemoveAt(0),
        ["two constants are called p"] = model => model.Graph.Initializer.Add(model.Graph.Initializer[0].Clone()),
        ["1 values that are infinite or not a number"] = model => SetFirst(model, float.NaN),
        ["it takes 2 inputs (picture, size)"] = model => model.Graph.Input.Add(new ValueInfoProto { Name = "size" }),
        ["it takes 0 inputs (none)"] = model => model.Graph.Input.Clear(),
        ["it is quantized (QLinearConv)"] = model => First(model, "Conv").OpType = "QLinearConv",
        ["is followed by LeakyRelu"] = model => First(model, "Relu").OpType = "LeakyRelu",
        ["the input is followed by Cast"] = model => First(model, "Conv").OpType = "Cast",
        ["is followed by com.example.Conv2"] = model =>
        {
            First(model, "Conv").OpType = "Conv2";
            First(model, "Conv2").Domain = "com.example";
        },
        ["where MaxPool is expected"] = model => First(model, "MaxPool").OpType = "AveragePool",
        ["where Relu is expected"] = model => Reader(model, First(model, "Add")).OpType = "Sigmoid",
        ["works in groups"] = model => First(model, "Conv").Attribute.Add(OnnxAttributes.Create("group", 3)),
        ["has dilations [2, 2]"] = model => First(model, "Conv").Attribute.Add(OnnxAttributes.Create("dilations", new long[] { 2, 2 })),
        ["has pads [2, 3, 3, 3], where 3 on all sides"] = model => Attribute(First(model, "Conv"), "pads").Ints[0] = 2,
        ["has strides [1, 2], where 2 is needed"] = model => Attribute(First(model, "Conv"), "strides").Ints[0] = 1,
        ["auto_pad SAME_UPPER"] = model => First(model, "Conv").Attribute.Add(OnnxAttributes.Create("auto_pad", "SAME_UPPER")),
        ["rounds its size up"] = model => First(model, "MaxPool").Attribute.Add(OnnxAttributes.Create("ceil_mode", 1)),
        ["evaluation mode"] = model => First(model, "BatchNormalization").Attribute.Add(OnnxAttributes.Create("training_mode", 1)),
        ["do not meet"] = model => ExchangeShortcuts(model),
        ["two nodes make the value"] = model => model.Graph.Node.Add(model.Graph.Node[^1].Clone()),
        ["is followed by Softplus, where a block or the end is expected"] = model => First(model, "GlobalAveragePool").OpType = "Softplus",
        ["it has 3 stages of blocks"] = model => EndAfter(model, blocks: 6),
    };

    public static TheoryData<string> Messages => [.. Changes.Keys];

    [Theory]
    [MemberData(nameof(Messages))]
    public void What_is_not_a_plain_residual_network_is_named(string message)
    {
        var model = Model();
        Changes[message](model);
        OnnxNetwork.Write(model, In("a.onnx"));

        var refusal = Refusal("a.onnx");

        Assert.Contains(message, refusal);
        Assert.StartsWith($"{In("a.onnx")}: ", refusal);
    }

    [Fact]
    public void A_detector_is_refused()
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options("torchvision", "resnet18"));
        detector.Emit().Save(In("detector.onnx"));

        Assert.Contains("the input", Refusal("detector.onnx"));
    }

    [Fact]
    public void A_file_that_is_cut_off_anywhere_is_refused()
    {
        var whole = Model().ToByteArray();
        Gen.Int[1, whole.Length - 1].Sample(
            length =>
            {
                File.WriteAllBytes(In("cut.onnx"), whole[..length]);
                Refusal("cut.onnx");
            },
            iter: 200,
            threads: 1);
    }

    [Fact]
    public void Any_bytes_are_refused()
    {
        Gen.Byte.Array[1, 300].Sample(
            bytes =>
            {
                File.WriteAllBytes(In("any.onnx"), bytes);
                Refusal("any.onnx");
            },
            iter: 1000,
            threads: 1);
    }

    [Fact]
    public void A_file_with_a_byte_changed_is_imported_or_refused()
    {
        var whole = Model().ToByteArray();
        Gen.Select(Gen.Int[0, whole.Length - 1], Gen.Byte).Sample(
            (at, value) =>
            {
                var changed = whole.ToArray();
                changed[at] = value;
                File.WriteAllBytes(In("changed.onnx"), changed);
                var thrown = Record.Exception(() => BackboneImport.Run(In("changed.onnx"), In("changed.safetensors")));
                Assert.True(thrown is null or UserErrorException, $"{thrown}");
            },
            iter: 300,
            threads: 1);
    }

    [Fact]
    public void Millions_of_empty_nodes_are_refused_before_they_are_objects()
    {
        byte[] nodes = [.. Enumerable.Repeat<byte[]>([0x0A, 0x00], 4_100_000).SelectMany(node => node)];
        using (var file = new CodedOutputStream(File.Create(In("nodes.onnx"))))
        {
            file.WriteTag(7, WireFormat.WireType.LengthDelimited);
            file.WriteBytes(ByteString.CopyFrom(nodes));
        }

        Assert.Contains("more than 4,000,000 fields", Refusal("nodes.onnx"));
    }

    [Fact]
    public void A_file_that_is_too_long_is_refused_before_it_is_read()
    {
        using (var file = File.Create(In("long.onnx")))
        {
            file.SetLength((1L << 29) + 1);
            file.Write([0x08, 0x08, 0x12, 0x01]);
        }

        Assert.Contains("the limit is 536,870,912", Refusal("long.onnx"));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static ModelProto Model()
    {
        using var backbone = new ResNet(ForeignFile.Tiny);
        return new OnnxNetwork(backbone).Model();
    }

    private static NodeProto First(ModelProto model, string type) => model.Graph.Node.First(node => node.OpType == type);

    private static NodeProto Reader(ModelProto model, NodeProto node) =>
        model.Graph.Node.First(other => other.Input.Contains(node.Output[0]));

    private static AttributeProto Attribute(NodeProto node, string name) => node.Attribute.First(attribute => attribute.Name == name);

    private static void SetFirst(ModelProto model, float value)
    {
        var bytes = model.Graph.Initializer[0].RawData.ToByteArray();
        BitConverter.TryWriteBytes(bytes, value);
        model.Graph.Initializer[0].RawData = ByteString.CopyFrom(bytes);
    }

    private static void ExchangeShortcuts(ModelProto model)
    {
        NodeProto[] sums = [.. model.Graph.Node.Where(node => node.OpType == "Add").Take(2)];
        var first = sums[0].Input[1];
        sums[0].Input[1] = sums[1].Input[1];
        sums[1].Input[1] = first;
    }

    /// <summary>Leaves out everything behind a block that is not the last.</summary>
    private static void EndAfter(ModelProto model, int blocks)
    {
        var sum = model.Graph.Node.Where(node => node.OpType == "Add").ElementAt(blocks - 1);
        var end = model.Graph.Node.IndexOf(Reader(model, sum));
        NodeProto[] kept = [.. model.Graph.Node.Take(end + 1)];
        model.Graph.Node.Clear();
        model.Graph.Node.AddRange(kept);
    }

    private string Refusal(string file)
    {
        var message = Assert.Throws<UserErrorException>(() => BackboneImport.Run(In(file), In("out.safetensors"))).Message;
        Assert.False(File.Exists(In("out.safetensors")));
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private string In(string name) => Path.Combine(folder, name);
}
