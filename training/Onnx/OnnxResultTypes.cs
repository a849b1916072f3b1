using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Onnx;

/// <summary>Element types of what operators give.</summary>
internal static class OnnxResultTypes
{
    /// <param name="operator">Its name in opset <see cref="OnnxGraph.Opset"/>.</param>
    /// <param name="output">Which of its results, from 0.</param>
    /// <param name="inputs">At least one.</param>
    /// <param name="attributes">Of the node.</param>
    public static OnnxType Of(string @operator, int output, IReadOnlyList<OnnxValue> inputs, IEnumerable<AttributeProto> attributes) =>
        @operator switch
        {
            "Cast" => (OnnxType)attributes.Integer("to"),
            "Shape" or "NonZero" or "NonMaxSuppression" => OnnxType.Int64,
            "Equal" or "Greater" or "GreaterOrEqual" or "Less" or "LessOrEqual" or "And" or "Or" or "Not" => OnnxType.Bool,
            "TopK" when output == 1 => OnnxType.Int64,   // the indices
            "Where" or "DequantizeLinear" => inputs[1].Type,
            "QuantizeLinear" => inputs[2].Type,
            _ => inputs[0].Type,
        };
}
