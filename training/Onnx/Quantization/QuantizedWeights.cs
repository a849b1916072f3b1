using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>A layer's weights as int8, symmetric around 0 and with a scale for each channel of its results.</summary>
/// <param name="Values">int8, the shape of the weights.</param>
/// <param name="Scales">float32 [D]</param>
internal sealed record QuantizedWeights(Tensor Values, Tensor Scales)
{
    /// <summary>
    /// Seven bits: x64 without VNNI adds two products of activation and weight in 16 bits that saturate, and 2 · 255 · 64 fits. With eight
    /// bits such a processor would silently give other answers. On VNNI the eighth bit was worth some half a point of mAP to the demo's
    /// detector.
    /// </summary>
    private const int Largest = 64;

    /// <summary>A bias is stored in 32 bits; half of them leave room for the sum of products.</summary>
    private const double LargestBias = 1 << 30;

    /// <summary>Below this a scale's product with an activation's scale could vanish in float32.</summary>
    private const double LeastScale = 1e-20;

    /// <param name="layer">The layer; every node of it may have a bias of its own.</param>
    /// <param name="constants">The graph's, by name.</param>
    /// <param name="inputs">Ranges of what its nodes read, by name.</param>
    /// <returns>In the caller's dispose scope.</returns>
    public static QuantizedWeights Of(
        QuantizableLayer layer,
        IReadOnlyDictionary<string, TensorProto> constants,
        IReadOnlyDictionary<string, ActivationRange> inputs)
    {
        using var scope = NewDisposeScope();
        var weights = OnnxTensors.ToTorch(constants[layer.Weight]).to(float64);
        var scales = weights.abs().flatten(1).amax([1]) / Largest;
        foreach (var node in layer.Nodes.Where(node => node.Input.Count > 2))
        {
            // A channel that is hardly more than its bias.
            var bias = OnnxTensors.ToTorch(constants[node.Input[2]]).to(float64);
            scales = maximum(scales, bias.abs() / (inputs[node.Input[0]].Scale * LargestBias));
        }

        var stored = where(scales.less(LeastScale), ones_like(scales), scales).to(float32);
        var whole = (weights / OfRows(stored.to(float64), weights)).round().clamp(-Largest, Largest).to(int8);
        return new QuantizedWeights(whole.MoveToOuterDisposeScope(), stored.MoveToOuterDisposeScope());
    }

    /// <summary>What the weights are after rounding: float32.</summary>
    public Tensor Rounded() => Values.to(float32) * OfRows(Scales, Values);

    /// <summary>A bias in whole numbers of the product of both scales: int32 [D].</summary>
    public Tensor Bias(Tensor bias, ActivationRange input) =>
        (bias.to(float64) / BiasScales(input).to(float64)).round().clamp(int.MinValue, int.MaxValue).to(int32);

    /// <summary>The scales of a bias: float32 [D].</summary>
    public Tensor BiasScales(ActivationRange input) => Scales * input.Scale;

    private static Tensor OfRows(Tensor scales, Tensor weights)
    {
        var shape = new long[weights.dim()];
        Array.Fill(shape, 1);
        shape[0] = -1;
        return scales.reshape(shape);
    }
}
