using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Onnx.Quantization;

public sealed class QuantizedWeightsTests
{
    private static readonly ActivationRange Input = new(0.01f, 0);

    [Fact]
    public void Every_channel_has_its_own_scale_and_rounds_by_half_a_step_at_most()
    {
        using var scope = NewDisposeScope();
        var random = new Generator(1);
        var weights = randn(4, 3, 2, 2, generator: random) * tensor([1f, 100, 1e-4f, 7]).reshape(4, 1, 1, 1);

        var quantized = Quantize(weights, zeros(4));

        Assert.Equal(int8, quantized.Values.dtype);
        var steps = ((quantized.Rounded() - weights).abs() / quantized.Scales.reshape(4, 1, 1, 1)).max().item<float>();
        Assert.InRange(steps, 0, 0.501f);
        Assert.Equal(64, quantized.Values.to(int32).abs().flatten(1).amax([1]).min().item<int>());
    }

    [Fact]
    public void Two_products_with_an_activation_fit_into_sixteen_bits()
    {
        using var scope = NewDisposeScope();

        var quantized = Quantize(randn(8, 50, generator: new Generator(2)), zeros(8));

        Assert.InRange(2 * byte.MaxValue * quantized.Values.to(int32).abs().max().item<int>(), 0, short.MaxValue);
    }

    [Theory]
    [InlineData(0f, 3f)]
    [InlineData(0f, 0f)]
    [InlineData(1e-30f, -5f)]
    [InlineData(1e-6f, 1e6f)]
    [InlineData(1f, 1e-9f)]
    public void A_bias_keeps_its_value_whatever_the_weights(float weight, float bias)
    {
        using var scope = NewDisposeScope();
        var biases = tensor([bias, 1f]);
        var quantized = Quantize((ones(2, 3) * weight), biases);

        var whole = quantized.Bias(biases, Input);

        Assert.Equal(int32, whole.dtype);
        var back = whole[0].item<int>() * (double)quantized.BiasScales(Input)[0].item<float>();
        Assert.True(float.IsNormal(quantized.BiasScales(Input)[0].item<float>()));
        Assert.Equal(bias, back, Math.Max(1e-6 * Math.Abs(bias), 1e-4));
    }

    [Fact]
    public void The_scale_fits_the_biases_of_all_nodes_that_share_the_weights()
    {
        using var scope = NewDisposeScope();
        var graph = new OnnxGraph();
        var weight = graph.Constant([1e-7f, 1e-7f], 1, 2);
        var x = graph.Input("x", OnnxType.Float, 1, 2);
        var a = graph.Relu(x);
        var b = graph.Relu(x);
        var first = graph.Op("Gemm", [a, weight, graph.Constant([1f], 1)], ("transB", 1L));
        graph.Op("Gemm", [b, weight, graph.Constant([1000f], 1)], ("transB", 1L));
        graph.Output("y", first, 1, 1);
        var ranges = new Dictionary<string, ActivationRange> { [a.Name] = new(1e-4f, 0), [b.Name] = new(1, 0) };
        var layer = Assert.Single(QuantizableLayer.Find(graph));

        var quantized = QuantizedWeights.Of(layer, graph.Initializers.ToDictionary(tensor => tensor.Name), ranges);

        Assert.Equal(1.0, Back(quantized, 1, ranges[a.Name]), 1e-3);
        Assert.Equal(1000, Back(quantized, 1000, ranges[b.Name]), 1e-3);
    }

    private static double Back(QuantizedWeights quantized, float bias, ActivationRange input) =>
        quantized.Bias(tensor([bias]), input)[0].item<int>() * (double)quantized.BiasScales(input)[0].item<float>();

    private static QuantizedWeights Quantize(Tensor weights, Tensor bias)
    {
        var graph = new OnnxGraph();
        var x = graph.Relu(graph.Input("x", OnnxType.Float, 1, weights.numel()));
        var constants = new[] { weights, bias }.Select(tensor => graph.Constant(tensor.data<float>().ToArray(), tensor.shape)).ToArray();
        graph.Output("y", graph.Op("Gemm", [x, constants[0], constants[1]], ("transB", 1L)), 1, weights.shape[0]);
        var layer = Assert.Single(QuantizableLayer.Find(graph));
        var ranges = new Dictionary<string, ActivationRange> { [x.Name] = Input };
        return QuantizedWeights.Of(layer, graph.Initializers.ToDictionary(tensor => tensor.Name), ranges);
    }
}
