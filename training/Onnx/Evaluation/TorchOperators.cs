using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>What the operators of a graph mean, in torch: those of opset <see cref="OnnxGraph.Opset"/> that the exporter emits.</summary>
internal static class TorchOperators
{
    /// <inheritdoc cref="GraphOperator" />
    /// <exception cref="NotSupportedException">The operator is not known here.</exception>
    public static Tensor[] Compute(NodeProto node, Tensor?[] inputs)
    {
        var first = inputs[0]!;
        return node.OpType switch
        {
            "Identity" => [first],
            "Cast" => [first.to(OnnxTensors.TorchType((OnnxType)node.Attribute.Integer("to")))],
            "Add" => [first + inputs[1]!],
            "Sub" => [first - inputs[1]!],
            "Mul" => [first * inputs[1]!],
            "Div" when first.is_floating_point() => [first / inputs[1]!],
            "Div" => [first.div(inputs[1]!, RoundingMode.trunc)],
            "Mod" => [remainder(first, inputs[1]!)],
            "Pow" => [first.pow(inputs[1]!)],
            "Min" => [inputs.Skip(1).Aggregate(first, (least, input) => minimum(least, input!))],
            "Max" => [inputs.Skip(1).Aggregate(first, (most, input) => maximum(most, input!))],
            "Equal" => [first.eq(inputs[1]!)],
            "Less" => [first.less(inputs[1]!)],
            "LessOrEqual" => [first.less_equal(inputs[1]!)],
            "Greater" => [first.greater(inputs[1]!)],
            "GreaterOrEqual" => [first.greater_equal(inputs[1]!)],
            "And" => [first.logical_and(inputs[1]!)],
            "Or" => [first.logical_or(inputs[1]!)],
            "Not" => [first.logical_not()],
            "Where" => [where(first, inputs[1]!, inputs[2]!)],
            "Relu" => [first.relu()],
            "Exp" => [first.exp()],
            "Log" => [first.log()],
            "Sqrt" => [first.sqrt()],
            "Abs" => [first.abs()],
            "Floor" => [first.floor()],
            "Ceil" => [first.ceil()],
            "Round" => [first.round()],   // both to even
            "Reciprocal" => [first.reciprocal()],
            "Sigmoid" => [first.sigmoid()],
            "Softmax" => [nn.functional.softmax(first, node.Attribute.Integer("axis", otherwise: -1))],
            "Conv" => [LayerOperators.Conv(node, first, inputs[1]!, inputs.ElementAtOrDefault(2))],
            "Gemm" => [LayerOperators.Gemm(node, first, inputs[1]!, inputs.ElementAtOrDefault(2))],
            "MatMul" => [first.matmul(inputs[1]!)],
            "MaxPool" => [LayerOperators.MaxPool(node, first)],
            "Resize" => [LayerOperators.Resize(node, inputs)],
            "Pad" => [LayerOperators.Pad(first, inputs[1]!)],
            "QuantizeLinear" => [QuantizationOperators.Quantize(node, first, inputs[1]!, inputs[2]!)],
            "DequantizeLinear" => [QuantizationOperators.Dequantize(node, first, inputs[1]!, inputs.ElementAtOrDefault(2))],
            "NonMaxSuppression" => [Suppression.Select(inputs)],
            _ => ShapeOperators.Compute(node, inputs) ?? SelectionOperators.Compute(node, inputs)
                ?? throw new NotSupportedException($"operator {node.OpType} is not known here."),
        };
    }

    /// <summary>Numbers that say how an operator works: an int64 vector.</summary>
    internal static long[] Numbers(Tensor vector) => vector.data<long>().ToArray();
}
