using System.Text;
using Google.Protobuf;
using Pipeline.Serving.Inference;
using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Shared.ModelRepository;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;
using AttributeType = Pipeline.Training.Onnx.Proto.AttributeProto.Types.AttributeType;

namespace Pipeline.Serving.Tests.Inference;

/// <summary>Files that somebody wrote a fitting manifest for: none ends the process, and each is refused in words of our own.</summary>
public sealed class HostileModelTests : IDisposable
{
    private const int Flips = 300;

    private readonly string root = Directory.CreateTempSubdirectory("hostile").FullName;

    [Fact]
    public void The_model_that_the_cases_change_runs()
    {
        using var model = DetectorModel.Load(SumModel.Publish(root, SumModel.Proto().ToByteArray()));
        using var image = RgbImage.Allocate(4, 4);

        Assert.Single(model.Detect([image])[0]);
    }

    [Theory]
    [InlineData("weights.bin")]
    [InlineData("model.onnx")]
    [InlineData("../../secret")]
    [InlineData("/etc/passwd")]
    [InlineData("")]
    public void Weights_in_other_files_are_refused_wherever_they_are(string location)
    {
        File.WriteAllText(Path.Combine(root, "secret"), "secret");

        Assert.Contains("weights in other files", Refusal(model => MakeExternal(model.Graph.Initializer[0], location)));
        Assert.Contains("weights in other files", Refusal(model =>
        {
            var tensor = new TensorProto { DataType = 1, Dims = { 1 }, Name = "t" };
            MakeExternal(tensor, location);
            model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "value", Type = AttributeType.Tensor, T = tensor });
        }));
    }

    [Fact]
    public void Either_mark_of_weights_in_other_files_is_enough()
    {
        Assert.Contains("weights in other files", Refusal(model => model.Graph.Initializer[0].DataLocation = 1));
        Assert.Contains("weights in other files", Refusal(model =>
            model.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "location", Value = "a" })));
    }

    [Theory]
    [InlineData("com.microsoft")]
    [InlineData("ai.onnx.ml")]
    [InlineData("custom.evil")]
    public void Operators_that_are_not_onnx_s_own_are_refused(string domain)
    {
        Assert.Contains("not ONNX's own", Refusal(model => model.Graph.Node[0].Domain = domain));
        Assert.Contains("not ONNX's own", Refusal(model => model.OpsetImport.Add(new OperatorSetIdProto { Domain = domain, Version = 1 })));
    }

    [Theory]
    [InlineData(31, "needs operator set 31")]
    [InlineData(999, "needs operator set 999")]
    [InlineData(-1, "needs operator set")]
    [InlineData(29, "Export the model again.")]
    public void An_operator_set_from_the_future_is_refused(long opset, string reason) =>
        Assert.Contains(reason, Refusal(model => model.OpsetImport[0].Version = opset));

    [Theory]
    [InlineData("If")]
    [InlineData("Loop")]
    [InlineData("Scan")]
    public void Branches_and_loops_are_refused(string type) => Assert.Contains("branches or loops", Refusal(model =>
    {
        model.Graph.Node[0].OpType = type;
        model.Graph.Node[0].Attribute.Add(new AttributeProto { Name = "body", Type = AttributeType.Graph, G = new GraphProto() });
    }));

    [Theory]
    [InlineData(20)]
    [InlineData(25)]
    public void Functions_and_training_steps_are_refused(int field) =>
        Assert.Contains("functions or training steps", Refusal([.. SumModel.Proto().ToByteArray(), .. Field(field, [])]));

    [Theory]
    [InlineData(new long[] { 1L << 20, 1L << 20, 1L << 20 }, "more values than a file can hold")]
    [InlineData(new[] { long.MaxValue, 2L }, "more values than a file can hold")]
    [InlineData(new[] { -1L }, "more values than a file can hold")]
    [InlineData(new[] { 1L << 30 }, "not as many as its dimensions say")]
    [InlineData(new[] { 2L }, "not as many as its dimensions say")]
    [InlineData(new[] { 0L }, "not as many as its dimensions say")]
    public void Dimensions_that_the_file_does_not_fill_are_refused(long[] dimensions, string reason)
    {
        var refusal = Refusal(model =>
        {
            model.Graph.Initializer[0].Dims.Clear();
            model.Graph.Initializer[0].Dims.Add(dimensions);
        });

        Assert.Contains(reason, refusal);
    }

    [Fact]
    public void Values_of_another_kind_than_raw_bytes_are_counted_too() => Assert.Contains("not as many", Refusal(model =>
    {
        model.Graph.Initializer[0].ClearRawData();
        model.Graph.Initializer[0].Dims.Add(1 << 20);
        model.Graph.Initializer[0].FloatData.Add(1);
    }));

    [Fact]
    public void Too_many_operators_are_refused() => Assert.Contains("more than 100,000 operators", Refusal(model =>
        model.Graph.Node.Add(Enumerable.Range(0, 100_001).Select(_ => new NodeProto { OpType = "Relu" }))));

    [Theory]
    [InlineData("")]
    [InlineData("this is no ONNX file")]
    [InlineData("\0\0\0\0")]
    [InlineData("\u0008\u0008")]                                        // a model of the version 8, and nothing else
    [InlineData(":\u00ff\u00ff\u00ff\u00ff\u000f")]                     // a graph of 4 GiB
    [InlineData(":\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f")]
    [InlineData("\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")]
    [InlineData(";:")]                                                  // a group, which nobody writes any more
    public void Bytes_that_are_no_model_are_refused(string bytes) => Refusal(Encoding.Latin1.GetBytes(bytes));

    [Fact]
    public void A_truncated_model_is_refused_wherever_it_ends()
    {
        var whole = SumModel.Proto().ToByteArray();
        for (var length = 0; length < whole.Length; length += 37)
        {
            Refusal(whole[..length]);
        }

        Refusal(whole[..^1]);
    }

    [Fact]
    public void What_onnx_runtime_refuses_is_said_in_words_of_our_own()
    {
        Action<ModelProto>[] changes =
        [
            model => model.Graph.Node[0].OpType = "NoSuchOperator",
            model => model.Graph.Node[0].Input[0] = "nobody",
            model => model.Graph.Node[1].Output[0] = model.Graph.Node[0].Output[0],
            model => model.Graph.Node[^1].Output[0] = "elsewhere",
            model => model.Graph.Node.Add(model.Graph.Node[0].Clone()),
            model => model.Graph.Initializer[0].DataType = 6,                     // int32 where float32 is added
            model => model.OpsetImport.Clear(),
            model => model.IrVersion = 900,
            model => model.Graph.Input[0].Type.TensorType.ElemType = 77,
            MakeCyclic,
        ];
        Assert.All(changes, change => Refusal(change));
    }

    [Fact]
    public void A_model_of_another_contract_is_refused_by_what_is_other()
    {
        (Action<ModelProto> Change, string Reason)[] cases =
        [
            (model => Rename(model, "images", "image"), "has no input 'images'"),
            (model => Rename(model, "scores", "score"), "has no output 'scores'"),
            (model => Output(model, "boxes", 1, 1), "the output 'boxes' of the model has the shape [any, 1] in place of [any, 1, 4]"),
            (model => Output(model, "boxes", 3, 1, 5), "shape"),
            (model => Output(model, "scores", 1, 1, 1), "shape"),
            (model => Output(model, "labels", 1), "shape"),
            (model => Output(model, "num_detections", 1, 1), "shape"),
            (model => Output(model, "scores", 1, 7), "shape"),
            (model => model.Graph.Input[0].Type.TensorType.Shape.Dim[3].DimValue = 4, "the input 'images' of the model has the shape"),
            (model => model.Graph.Input[0].Type.TensorType.Shape.Dim.RemoveAt(3), "Export the model again."),
            (model => model.Graph.Input[0].Type.TensorType.ElemType = 1, "the input 'images' of the model is not of type UInt8"),
            (AddInput, "the model has 2 inputs"),
        ];
        Assert.All(cases, entry => Assert.Contains(entry.Reason, Refusal(entry.Change)));
    }

    [Fact]
    public void Flipped_bits_are_refused_or_do_no_harm()
    {
        var whole = SumModel.Proto().ToByteArray();
        var random = new Random(1);
        var refused = 0;
        for (var flip = 0; flip < Flips; flip++)
        {
            var bytes = (byte[])whole.Clone();
            for (var bits = 0; bits <= flip % 3; bits++)
            {
                bytes[random.Next(bytes.Length)] ^= (byte)(1 << random.Next(8));
            }

            refused += RunsOrIsRefused(bytes) ? 0 : 1;
        }

        Assert.InRange(refused, Flips / 4, Flips - 1);
    }

    [Fact]
    public void Numbers_that_are_none_are_not_given_to_clients()
    {
        var proto = SumModel.Proto();
        proto.Graph.Node.Single(node => node.Output[0] == "boxes").OpType = "Log";
        using var model = DetectorModel.Load(SumModel.Publish(root, proto.ToByteArray()));
        using var image = RgbImage.Allocate(4, 4);
        image.Pixels.Clear();

        Assert.Contains("not a finite number", Assert.Throws<InferenceException>(() => model.Detect([image])).Message);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);

    private static void MakeExternal(TensorProto tensor, string location)
    {
        tensor.ClearRawData();
        tensor.DataLocation = 1;
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
    }

    private static void MakeCyclic(ModelProto model)
    {
        var last = model.Graph.Node.Last(node => node.OpType == "Exp");
        model.Graph.Node[1].Input[0] = last.Output[0];
    }

    private static void AddInput(ModelProto model)
    {
        var input = model.Graph.Input[0].Clone();
        input.Name = "more";
        model.Graph.Input.Add(input);
    }

    private static void Rename(ModelProto model, string from, string to)
    {
        var named = model.Graph.Input.Concat(model.Graph.Output).Where(value => value.Name == from);
        foreach (var value in named)
        {
            value.Name = to;
        }

        foreach (var names in model.Graph.Node.SelectMany(node => new[] { node.Input, node.Output }))
        {
            for (var index = 0; index < names.Count; index++)
            {
                names[index] = names[index] == from ? to : names[index];
            }
        }
    }

    /// <summary>Gives an output another shape: N and the sizes given.</summary>
    private static void Output(ModelProto model, string name, params long[] sizes)
    {
        var node = model.Graph.Node.Single(node => node.Output[0] == name);
        var shape = new TensorProto { Name = $"shape of {name}", DataType = (int)OnnxType.Int64, Dims = { sizes.Length } };
        long[] target = [-1, .. sizes.Skip(1)];
        shape.RawData = ByteString.CopyFrom([.. target.SelectMany(BitConverter.GetBytes)]);
        model.Graph.Initializer.Add(shape);
        node.OpType = "Reshape";
        node.Input.Add(shape.Name);
        var dimensions = model.Graph.Output.Single(output => output.Name == name).Type.TensorType.Shape.Dim;
        dimensions.Clear();
        dimensions.Add(new TensorShapeProto.Types.Dimension { DimParam = "N" });
        dimensions.Add(sizes.Skip(1).Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
    }

    /// <summary>A field of bytes whose number takes two bytes.</summary>
    private static byte[] Field(int number, byte[] content) =>
        [(byte)(((number << 3) | 2) & 127 | 128), (byte)(number >> 4), (byte)content.Length, .. content];

    private string Refusal(Action<ModelProto> change)
    {
        var model = SumModel.Proto();
        change(model);
        return Refusal(model.ToByteArray());
    }

    private string Refusal(byte[] bytes)
    {
        var folder = SumModel.Publish(root, bytes);
        var refused = Assert.Throws<UserErrorException>(() => DetectorModel.Load(folder)).Message;
        Assert.StartsWith(Path.Combine(folder, ModelDirectory.ModelFileName) + ": ", refused);
        AssertPlain(refused);
        return refused;
    }

    private static void AssertPlain(string message)
    {
        Assert.EndsWith(". Export the model again.", message);
        string[] foreign = ["\n", "ErrorCode", "onnxruntime", ".cc:", "   at ", "Status Message"];
        Assert.All(foreign, text => Assert.DoesNotContain(text, message));
    }

    private bool RunsOrIsRefused(byte[] bytes)
    {
        try
        {
            using var model = DetectorModel.Load(SumModel.Publish(root, bytes));
            using var image = RgbImage.Allocate(4, 4);
            Assert.InRange(model.Detect([image])[0].Count, 0, 1);
            return true;
        }
        catch (UserErrorException exception)
        {
            AssertPlain(exception.Message);
            return false;
        }
        catch (InferenceException exception)
        {
            Assert.DoesNotContain('\n', exception.Message);
            return true;
        }
    }
}
