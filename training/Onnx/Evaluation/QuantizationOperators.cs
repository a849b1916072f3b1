using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>To whole numbers of few bits and back: q = round(x / scale) + zero point, half to even and saturated.</summary>
internal static class QuantizationOperators
{
    /// <param name="node">The axis that several scales belong to.</param>
    /// <param name="input">float32</param>
    /// <param name="scale">float32, a scalar or one a channel.</param>
    /// <param name="zeroPoint">Of the result's type.</param>
    public static Tensor Quantize(NodeProto node, Tensor input, Tensor scale, Tensor zeroPoint)
    {
        var least = zeroPoint.dtype == uint8 ? 0 : -128;
        var whole = (input / OfAxis(node, scale, input)).round() + OfAxis(node, zeroPoint.to(float32), input);
        return whole.clamp(least, least + 255).to(zeroPoint.dtype);
    }

    /// <param name="node">The axis that several scales belong to.</param>
    /// <param name="input">uint8, int8 or int32.</param>
    /// <param name="scale">float32, a scalar or one a channel.</param>
    /// <param name="zeroPoint">Of the input's type; null: 0.</param>
    /// <returns>float32</returns>
    public static Tensor Dequantize(NodeProto node, Tensor input, Tensor scale, Tensor? zeroPoint)
    {
        var whole = zeroPoint is null ? input.to(int32) : input.to(int32) - OfAxis(node, zeroPoint.to(int32), input);
        return whole.to(float32) * OfAxis(node, scale, input);
    }

    private static Tensor OfAxis(NodeProto node, Tensor values, Tensor input)
    {
        if (values.numel() == 1)
        {
            return values;
        }

        var shape = new long[input.dim()];
        Array.Fill(shape, 1);
        shape[node.Attribute.Integer("axis", otherwise: 1)] = -1;
        return values.reshape(shape);
    }
}
