using Microsoft.ML.OnnxRuntime;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Evaluation;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Evaluation;

public sealed class QuantizationOperatorsTests : IDisposable
{
    private static readonly float[] Values = [-9, -1, -0.76f, -0.75f, -0.25f, 0, 0.25f, 0.5f, 0.74f, 0.75f, 1.25f, 3, 63.75f, 63.9f, 200];
    private readonly string file = Path.GetTempFileName();

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(255)]
    public void Rounding_to_uint8_and_back_is_ONNX_Runtimes(byte zeroPoint)
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, Values.Length);
        var scale = graph.Scalar(0.25);
        var zero = graph.Constant(OnnxType.UInt8, [zeroPoint], []);
        graph.Output("y", graph.Op("DequantizeLinear", [graph.Op("QuantizeLinear", [x, scale, zero]), scale, zero]), Values.Length);

        Equal(graph);
    }

    [Fact]
    public void Weights_and_biases_with_a_scale_a_row_are_ONNX_Runtimes()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, Values.Length);
        var scales = graph.Constant([0.5f, 0.001f], 2);
        var weights = graph.Constant(OnnxType.Int8, [0, 127, 129, 5, 250, 1], [2, 3]);   // 129 and 250: -127 and -6
        var zeros = graph.Constant(OnnxType.Int8, [0, 0], [2]);
        var bias = graph.Constant(OnnxType.Int32, BitConverter.GetBytes(-70_000).Concat(BitConverter.GetBytes(int.MaxValue)).ToArray(), [2]);
        var rows = graph.Op("DequantizeLinear", [weights, scales, zeros], ("axis", 0L));
        var sums = graph.Add(graph.ReduceSum(rows, 1), graph.Op("DequantizeLinear", [bias, scales], ("axis", 0L)));
        graph.Output("y", graph.Mul(graph.Unsqueeze(x, 1), sums), Values.Length, 2);

        Equal(graph);
    }

    public void Dispose() => File.Delete(file);

    private void Equal(OnnxGraph graph)
    {
        graph.Save(file);
        using var options = new SessionOptions { GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL };
        using var session = new InferenceSession(file, options);
        using var run = new RunOptions();
        using var input = OrtValue.CreateTensorValueFromMemory(Values, [Values.Length]);
        using var expected = session.Run(run, ["x"], [input], ["y"]);
        using var scope = NewDisposeScope();
        using var evaluator = new GraphEvaluator(graph, new Dictionary<string, GraphOperator>());

        var actual = evaluator.Run(new Dictionary<string, Tensor> { ["x"] = tensor(Values) })["y"];

        Assert.Equal(expected[0].GetTensorDataAsSpan<float>().ToArray(), actual.data<float>().ToArray());
    }
}
