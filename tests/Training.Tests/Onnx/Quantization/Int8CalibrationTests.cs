using Pipeline.Shared;
using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Evaluation;
using Pipeline.Training.Onnx.Passes;
using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Quantization;

public sealed class Int8CalibrationTests
{
    private static readonly IReadOnlyDictionary<string, GraphOperator> NoOperators = new Dictionary<string, GraphOperator>();

    [Fact]
    public void A_layer_that_int8_would_harm_stays_in_float32_and_its_measure_is_given()
    {
        // The first column of what it reads is large and has no weight: in its steps, nothing is left of the second.
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, "N", 2);
        var harmed = Gemm(graph, graph.Mul(x, graph.Scalar(1)), [0, 1, 0, -1], 2);
        var fine = Gemm(graph, graph.Relu(harmed), [1, 2, 3, 4], 2);
        var last = Gemm(graph, fine, [1, 1], 1);
        graph.Output("y", last, "N", 1);
        var sample = Sample("s", [1000, 0.3f, 900, -0.7f, 0, 0.9f], 3);

        var plan = Calibrate(graph, [sample]);

        Assert.Equal([fine.Name], plan.Layers.Select(layer => layer.Name));
        Assert.Equal([harmed.Name, last.Name], plan.FloatLayers.Select(kept => kept.Layer.Name));
        Assert.InRange(plan.FloatLayers[0].SignalToNoiseDb!.Value, -5, 5);
        Assert.Null(plan.FloatLayers[1].SignalToNoiseDb);
        new QuantizeToInt8(plan).Apply(graph);
        Assert.Equal(
            ["Mul", "Gemm", "Relu", "QuantizeLinear", "DequantizeLinear", "DequantizeLinear", "DequantizeLinear", "Gemm", "Gemm", "Identity"],
            graph.Nodes.Select(node => node.OpType));
        Assert.Empty(GraphChecker.Check(graph.ToModel()).Defects);
    }

    [Fact]
    public void Values_that_share_a_range_have_it_from_what_a_pooling_takes()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, 1, 1, 4, 4);
        var first = graph.Relu(Conv(graph, graph.Mul(x, graph.Scalar(1)), 2));
        var pooled = graph.Op("MaxPool", [first], ("kernel_shape", new long[] { 2, 2 }), ("strides", new long[] { 2, 2 }));
        var second = Conv(graph, pooled, 1);
        var sum = graph.Add(second, pooled);
        graph.Output("y", Conv(graph, sum, 1), 1, 1, 2, 2);
        var layers = QuantizableLayer.Find(graph);

        var values = QuantizedValues.Of(graph, layers.SkipLast(1).Select(layer => layer.Weight).ToHashSet());

        Assert.Equal(first.Name, values[first.Name]);
        Assert.Equal(first.Name, values[pooled.Name]);
        Assert.Equal(second.Name, values[second.Name]);
        Assert.Equal(sum.Name, values[sum.Name]);
        Assert.DoesNotContain(layers[0].Name, values.Keys);   // its Relu's result is quantized in its place
        Assert.Equal([false, false, true], layers.Select(layer => layer.IsLast));
    }

    [Fact]
    public void Progress_counts_every_sample_and_a_cancelled_calibration_ends_between_two()
    {
        var reported = new List<int>();
        using var cancellation = new CancellationTokenSource();
        var samples = Enumerable.Range(0, 20).Select(i => Sample($"{i}", [i, 1], 1)).ToList();

        Calibrate(TwoLayers(), samples, new Reports(reported.Add));
        Assert.Equal(Enumerable.Range(1, 36), reported);
        Assert.Equal(36, Int8Calibration.Steps(20));

        samples[5] = Sample("not reached", [float.NaN, 1], 1);
        var calibration = new Int8Calibration(TwoLayers(), NoOperators, new Int8Settings());
        var cancelling = new Reports(value =>
        {
            if (value == 5)
            {
                cancellation.Cancel();
            }
        });
        Assert.Throws<OperationCanceledException>(() => calibration.Run(samples, cancelling, cancellation.Token));
    }

    [Fact]
    public void Values_that_are_not_finite_end_it_and_the_sample_is_named()
    {
        CalibrationSample[] samples = [Sample("fine", [1, 2], 1), Sample("frames/7.png", [float.MaxValue, float.MaxValue], 1)];

        var refusal = Assert.Throws<UserErrorException>(() => Calibrate(TwoLayers(), samples));

        Assert.StartsWith("frames/7.png: ", refusal.Message);
        Assert.Contains("not finite", refusal.Message);
    }

    private static OnnxGraph TwoLayers()
    {
        var graph = new OnnxGraph();
        var x = graph.Input("x", OnnxType.Float, "N", 2);
        var first = Gemm(graph, graph.Mul(x, graph.Scalar(2)), [3, 1, 1, 1], 2);
        graph.Output("y", Gemm(graph, first, [1, 1], 1), "N", 1);
        return graph;
    }

    private static OnnxValue Gemm(OnnxGraph graph, OnnxValue x, float[] weights, long rows) =>
        graph.Op("Gemm", [x, graph.Constant(weights, rows, 2), graph.Constant(new float[rows], rows)], ("transB", 1L));

    private static OnnxValue Conv(OnnxGraph graph, OnnxValue x, float weight) =>
        graph.Op("Conv", [x, graph.Constant([weight], 1, 1, 1, 1)], ("kernel_shape", new long[] { 1, 1 }));

    private static CalibrationSample Sample(string name, float[] values, long rows) =>
        new(name, () => new Dictionary<string, Tensor> { ["x"] = tensor(values).reshape(rows, 2) });

    private static Int8Plan Calibrate(
        OnnxGraph graph,
        IReadOnlyList<CalibrationSample> samples,
        IProgress<int>? progress = null) =>
        new Int8Calibration(graph, NoOperators, new Int8Settings()).Run(samples, progress, CancellationToken.None);

    private sealed class Reports(Action<int> report) : IProgress<int>
    {
        public void Report(int value) => report(value);
    }
}
