using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;

namespace Pipeline.Training.Tests.Onnx;

public sealed class StoreAsFloat16Tests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("float16").FullName;

    [Theory]
    [InlineData("torchvision", "resnet18")]
    [InlineData("paper", "resnet50")]
    public void Every_weight_is_stored_in_float16_and_inputs_outputs_and_arithmetic_stay(string preset, string architecture)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options(preset, architecture));
        var exact = DetectorExporter.Graph(detector);

        var narrow = DetectorExporter.Graph(detector, new StoreAsFloat16());

        Assert.Empty(GraphChecker.Check(narrow.ToModel()).Defects);
        Assert.Equal(exact.Inputs, narrow.Inputs);
        Assert.Equal(exact.Outputs, narrow.Outputs);
        var halves = narrow.Initializers.Where(tensor => tensor.DataType == (int)OnnxType.Float16);
        var stored = halves.Select(tensor => tensor.Name).ToHashSet();
        var casts = narrow.Nodes.Where(node => stored.Contains(node.Input[0])).ToDictionary(node => node.Output[0], node => node.OpType);
        var layers = narrow.Nodes.Where(node => node.OpType is "Conv" or "Gemm").ToList();
        Assert.All(layers, layer => Assert.Equal("Cast", casts[layer.Input[1]]));
        Assert.All(narrow.Nodes.Where(node => node.OpType != "Cast"), node => Assert.DoesNotContain(node.Input, stored.Contains));
    }

    [Theory]
    [InlineData(0.5f, OnnxType.Float16)]
    [InlineData(65_504f, OnnxType.Float16)]
    [InlineData(0f, OnnxType.Float16)]
    [InlineData(1e6f, OnnxType.Float)]             // would be infinite
    [InlineData(-70_000f, OnnxType.Float)]
    [InlineData(1e-9f, OnnxType.Float)]            // would be zero
    [InlineData(float.PositiveInfinity, OnnxType.Float)]
    public void Weights_beyond_the_range_stay_in_float32(float weight, OnnxType stored)
    {
        var graph = Layers(first: 1, second: weight);

        new StoreAsFloat16().Apply(graph);

        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
        var last = graph.Nodes.Last(node => node.OpType == "Conv").Input[1];
        var constant = graph.Initializers.Single(tensor => tensor.Name == last || tensor.Name == last + "_fp16");
        Assert.Equal(stored, (OnnxType)constant.DataType);
        Assert.Equal(3 * weight, Run(graph, 3), Math.Abs(1e-6 * weight));
    }

    [Fact]
    public void Activations_beyond_the_range_do_no_harm()
    {
        var graph = Layers(first: 60_000, second: 1 / 65_536f);

        new StoreAsFloat16().Apply(graph);

        Assert.Equal(60_000 / 65_536f * 1e6f, Run(graph, 1e6f), 1.0);
    }

    [Fact]
    public void The_same_weights_give_the_same_bytes_of_half_the_size()
    {
        using var detector = FormulaDetector.Create("resnet18", 0.5, 96, 200, 0.05);
        long Save(string name, params IOnnxPass[] rewrites)
        {
            DetectorExporter.Graph(detector, rewrites).Save(In(name));
            return new FileInfo(In(name)).Length;
        }

        var exact = Save("exact.onnx");
        var narrow = Save("narrow.onnx", new StoreAsFloat16());
        Save("again.onnx", new StoreAsFloat16());

        Assert.InRange(narrow, 0, 0.52 * exact);
        Assert.Equal(File.ReadAllBytes(In("narrow.onnx")), File.ReadAllBytes(In("again.onnx")));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private string In(string name) => Path.Combine(folder, name);

    /// <summary>y = second · relu(first · x)</summary>
    private static OnnxGraph Layers(float first, float second)
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 1, 1, 1, 1);
        var hidden = graph.Relu(graph.Op("Conv", [x, graph.Constant([first], 1, 1, 1, 1), graph.Constant([0f], 1)]));
        graph.Output("y", graph.Op("Conv", [hidden, graph.Constant([second], 1, 1, 1, 1)]), 1, 1, 1, 1);
        return graph;
    }

    private float Run(OnnxGraph graph, float x)
    {
        graph.Save(In("graph.onnx"));
        using var session = new InferenceSession(In("graph.onnx"));
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([x], [1, 1, 1, 1]);
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>()[0];
    }
}
