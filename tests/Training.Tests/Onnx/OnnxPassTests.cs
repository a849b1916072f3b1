using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Passes;

namespace Pipeline.Training.Tests.Onnx;

public sealed class OnnxPassTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("passes").FullName;

    [Theory]
    [InlineData("torchvision", 730, 728, 537, 140)]
    [InlineData("paper", 820, 819, 587, 146)]
    public void The_passes_make_the_graph_of_a_real_detector_smaller(
        string preset,
        int nodesBefore,
        int nodesAfter,
        int initializersBefore,
        int initializersAfter)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options(preset));

        var emitted = detector.Emit();
        var exported = DetectorExporter.Graph(detector);

        Assert.Equal((nodesBefore, initializersBefore), (emitted.Nodes.Count, emitted.Initializers.Count));
        Assert.Equal((nodesAfter, initializersAfter), (exported.Nodes.Count, exported.Initializers.Count));
    }

    /// <summary>It would need the map in float32, and quantization would keep the map's convolution in float32 for that.</summary>
    [Theory]
    [InlineData("torchvision")]
    [InlineData("paper")]
    public void No_size_is_read_off_what_a_convolution_gives(string preset)
    {
        using var detector = ExportedDetector.Create(ExportedDetector.Options(preset));
        var graph = DetectorExporter.Graph(detector);
        var outputs = graph.Nodes.SelectMany(node => node.Output.Select(name => KeyValuePair.Create(name, node)));
        var giver = outputs.ToDictionary();
        string[] keepsValues = ["Relu", "Add", "Resize", "MaxPool", "Reshape", "Transpose", "Identity"];
        bool IsOfConvolution(string name) => giver.TryGetValue(name, out var node)
            && (node.OpType == "Conv" || (keepsValues.Contains(node.OpType) && node.Input.Any(IsOfConvolution)));

        var sizes = graph.Nodes.Where(node => node.OpType == "Shape").ToArray();

        Assert.NotEmpty(sizes);
        Assert.DoesNotContain(sizes, node => IsOfConvolution(node.Input[0]));
    }

    [Fact]
    public void Each_pass_leaves_the_answers_as_they_are()
    {
        var expected = Run(Graph());
        IOnnxPass[] passes = [new FoldConstants(), new ShareInitializers(), new RemoveDeadNodes()];

        Assert.All(passes, pass => Assert.Equal(expected, Run(Passed(pass))));
    }

    [Fact]
    public void Constants_are_folded_through_every_operator_of_shape_arithmetic()
    {
        var graph = Passed(new FoldConstants());

        Assert.Equal(["Mul", "Identity", "Relu"], graph.Nodes.Select(node => node.OpType));
    }

    [Fact]
    public void An_operator_that_is_not_folded_stays()
    {
        var graph = new OnnxGraph();
        graph.Output("y", graph.Relu(graph.Scalar(-1)));

        new FoldConstants().Apply(graph);

        Assert.Equal(["Relu", "Identity"], graph.Nodes.Select(node => node.OpType));
    }

    [Fact]
    public void Nodes_and_constants_that_no_output_needs_go_and_their_types_with_them()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 1);
        var dead = graph.Relu(graph.Add(x, graph.Scalar(1)));
        graph.Output("y", graph.Mul(x, graph.Scalar(2)), 1);

        new RemoveDeadNodes().Apply(graph);

        Assert.Equal(["Mul", "Identity"], graph.Nodes.Select(node => node.OpType));
        Assert.Single(graph.Initializers);
        Assert.DoesNotContain(dead.Name, graph.Types.Keys);
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
    }

    [Fact]
    public void Equal_initializers_are_shared_and_those_of_another_type_or_shape_are_not()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 1);
        var sum = graph.Add(graph.Add(x, graph.Constant([1f], 1)), graph.Constant([1f], 1));
        graph.Output("y", graph.Add(graph.Add(sum, graph.Constant([1f], 1, 1)), graph.Scalar(1)), 1, 1);
        graph.Output("bits", graph.Int32(BitConverter.SingleToInt32Bits(1f)), 1);

        new ShareInitializers().Apply(graph);

        Assert.Equal([1, 2, 0, 1], graph.Initializers.Select(tensor => tensor.Dims.Count));
        Assert.Equal(graph.Nodes[0].Input[1], graph.Nodes[1].Input[1]);
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    /// <summary>One output of constants alone but for its last step, and a dead node.</summary>
    private static OnnxGraph Graph()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 3);
        var sides = graph.Concat(0, graph.Vector(-7), graph.Vector(9, 5));
        var halves = graph.Div(sides, graph.Vector(2));                                     // -3, 4, 2: whole numbers, towards zero
        var numbers = graph.Cast(graph.Sub(graph.Mul(halves, graph.Vector(3)), graph.Vector(1)), OnnxType.Float);
        var powers = graph.Op("Pow", [graph.Scalar(2), graph.Div(numbers, graph.Scalar(2))]);
        graph.Output("y", graph.Mul(x, graph.Add(powers, graph.Scalar(2))), 3);
        graph.Relu(x);
        return graph;
    }

    private static OnnxGraph Passed(IOnnxPass pass)
    {
        var graph = Graph();
        pass.Apply(graph);
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
        return graph;
    }

    private float[] Run(OnnxGraph graph)
    {
        var path = Path.Combine(folder, "graph.onnx");
        graph.Save(path);
        using var quiet = new SessionOptions { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };   // it warns of dead constants
        using var session = new InferenceSession(path, quiet);
        using var options = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory([1f, -2, 0.3f], [3]);
        using var outputs = session.Run(options, ["x"], [input], ["y"]);
        return outputs[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
