using Pipeline.Golden;
using Pipeline.Training.Detection.Export;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Evaluation;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Evaluation;

public sealed class GraphEvaluatorTests
{
    [Theory]
    [InlineData("resnet18", false, false, 90, 61)]
    [InlineData("resnet18", true, true, 75, 110)]
    [InlineData("resnet50", true, false, 64, 50)]
    [InlineData("resnet50", false, true, 1, 40)]
    public void A_detectors_graph_gives_what_ONNX_Runtime_gives(string architecture, bool paper, bool classAgnostic, int height, int width)
    {
        using var scope = NewDisposeScope();
        using var detector = FormulaDetector.Create(architecture, 0.25, 96, 200, 0.05, sizes =>
        {
            var small = sizes with { FpnChannels = 32, BoxHeadChannels = 64, ClassAgnosticBoxes = classAgnostic };
            return paper ? FormulaDetector.Paper(small) with { ClassAgnosticBoxes = classAgnostic } : small;
        });
        var graph = DetectorExporter.Graph(detector);
        byte[] pixels = [.. FormulaPicture.Rgb("a", height, width), .. FormulaPicture.Rgb("c", height, width)];
        using var session = new GraphSession(graph);
        using var evaluator = new GraphEvaluator(graph, DetectorOperators.All);

        var expected = session.Detect(pixels, 2, height, width);
        var images = tensor(pixels, dtype: uint8).reshape(2, height, width, 3);
        var actual = GraphSession.Rows(evaluator.Run(new Dictionary<string, Tensor> { ["images"] = images }));

        Assert.Contains(expected, rows => rows.Count > 0);
        for (var i = 0; i < expected.Count; i++)
        {
            DetectionMatch.Equal($"image {i}", actual[i], expected[i], boxes: new Tolerance(0.05), scores: new Tolerance(1e-4));
        }
    }

    [Fact]
    public void Every_node_is_observed_once_with_its_values_and_they_are_freed_afterwards()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 3);
        graph.Output("y", graph.Relu(graph.Mul(x, graph.Scalar(2))), 3);
        var seen = new List<string>();
        var values = new List<Tensor>();
        using var evaluator = new GraphEvaluator(graph, new Dictionary<string, GraphOperator>());
        using var scope = NewDisposeScope();

        var result = evaluator.Run(new Dictionary<string, Tensor> { ["x"] = tensor([-1f, 0, 2]) }, (node, inputs, outputs) =>
        {
            seen.Add($"{node.OpType} {inputs[0]!.data<float>()[2]} {outputs[0].data<float>()[2]}");
            values.AddRange(outputs);
        });

        Assert.Equal(["Mul 2 4", "Relu 4 4", "Identity 4 4"], seen);
        Assert.Equal([0f, 0, 4], result["y"].data<float>().ToArray());
        Assert.Equal([true, true, false], values.Select(value => value.IsInvalid));
    }

    [Fact]
    public void An_operator_that_is_not_known_is_named()
    {
        var graph = new OnnxGraph();
        graph.Output("y", graph.Op("Einsum", [graph.Input("x", OnnxType.Float, 3)]), 3);
        using var evaluator = new GraphEvaluator(graph, new Dictionary<string, GraphOperator>());
        using var scope = NewDisposeScope();

        var refusal = Assert.Throws<NotSupportedException>(
            () => evaluator.Run(new Dictionary<string, Tensor> { ["x"] = zeros(3) }));

        Assert.Contains("Einsum", refusal.Message);
    }
}
