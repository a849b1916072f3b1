using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>Operators that read or change shapes, and those that reduce an axis.</summary>
internal static class ShapeOperators
{
    /// <returns>The node's results, or null for any other operator.</returns>
    public static Tensor[]? Compute(NodeProto node, Tensor?[] inputs)
    {
        var first = inputs[0]!;
        return node.OpType switch
        {
            "Shape" => [Shape(node, first)],
            "Reshape" => [first.reshape(Sizes(first, inputs[1]!))],
            "Flatten" => [Flatten(first, node.Attribute.Integer("axis", otherwise: 1))],
            "Transpose" => [first.permute(node.Attribute.Integers("perm")).contiguous()],
            "Squeeze" => [inputs.ElementAtOrDefault(1) is { } axes ? Squeeze(first, axes) : first.squeeze()],
            "Unsqueeze" => [TorchOperators.Numbers(inputs[1]!).Order().Aggregate(first, (tensor, axis) => tensor.unsqueeze(axis))],
            "Expand" => [Expand(first, TorchOperators.Numbers(inputs[1]!))],
            "Concat" => [cat([.. inputs.Select(input => input!)], node.Attribute.Integer("axis"))],
            "Range" => [arange(first.ToScalar(), inputs[1]!.ToScalar(), inputs[2]!.ToScalar(), first.dtype)],
            "ReduceSum" => [first.sum(TorchOperators.Numbers(inputs[1]!), KeepsAxis(node), first.dtype)],
            "ReduceMin" => [first.amin(TorchOperators.Numbers(inputs[1]!), KeepsAxis(node))],
            "ReduceMax" => [first.amax(TorchOperators.Numbers(inputs[1]!), KeepsAxis(node))],
            "ReduceProd" => [first.prod(TorchOperators.Numbers(inputs[1]!).Single(), KeepsAxis(node))],
            "DepthToSpace" => [DepthToSpace(node, first)],
            _ => null,
        };
    }

    private static Tensor Shape(NodeProto node, Tensor input)
    {
        var from = (int)node.Attribute.Integer("start", otherwise: 0);
        var to = (int)node.Attribute.Integer("end", otherwise: input.dim());
        return tensor(input.shape[from..to]);
    }

    /// <summary>0 keeps a dimension.</summary>
    private static long[] Sizes(Tensor input, Tensor shape) =>
        [.. TorchOperators.Numbers(shape).Select((size, axis) => size == 0 ? input.shape[axis] : size)];

    private static Tensor Flatten(Tensor input, long axis)
    {
        var rows = input.shape[..(int)axis].Aggregate(1L, (product, size) => product * size);
        var columns = input.shape[(int)axis..].Aggregate(1L, (product, size) => product * size);
        return input.reshape(rows, columns);
    }

    private static Tensor Squeeze(Tensor input, Tensor axes) =>
        TorchOperators.Numbers(axes).OrderDescending().Aggregate(input, (tensor, axis) => tensor.squeeze(axis));

    /// <summary>A size of 1 in the shape keeps the input's dimension.</summary>
    private static Tensor Expand(Tensor input, long[] shape)
    {
        var rank = Math.Max(shape.Length, input.shape.Length);
        long[] given = [.. Enumerable.Repeat(1L, rank - input.shape.Length), .. input.shape];
        long[] wanted = [.. Enumerable.Repeat(1L, rank - shape.Length), .. shape];
        return input.expand([.. wanted.Zip(given, (to, from) => to == 1 ? from : to)]);
    }

    private static bool KeepsAxis(NodeProto node) => node.Attribute.Integer("keepdims", otherwise: 1) == 1;

    private static Tensor DepthToSpace(NodeProto node, Tensor input)
    {
        if (node.Attribute.Text("mode") is "CRD")
        {
            throw new NotSupportedException("DepthToSpace in the mode CRD is not known here.");
        }

        var block = node.Attribute.Integer("blocksize");
        var channels = input.shape[1] / (block * block);
        return input.reshape(input.shape[0], block, block, channels, input.shape[2], input.shape[3])
            .permute(0, 3, 4, 1, 5, 2)
            .reshape(input.shape[0], channels, input.shape[2] * block, input.shape[3] * block);
    }
}
