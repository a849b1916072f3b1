using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>Operators that pick elements or put them elsewhere. Indices must not be negative.</summary>
internal static class SelectionOperators
{
    /// <returns>The node's results, or null for any other operator.</returns>
    public static Tensor[]? Compute(NodeProto node, Tensor?[] inputs)
    {
        var first = inputs[0]!;
        return node.OpType switch
        {
            "Slice" => [Slice(inputs)],
            "Gather" => [Gather(first, inputs[1]!, (int)node.Attribute.Integer("axis", otherwise: 0))],
            "GatherElements" => [first.gather(node.Attribute.Integer("axis", otherwise: 0), inputs[1]!)],
            "GatherND" => [GatherND(first, inputs[1]!, (int)node.Attribute.Integer("batch_dims", otherwise: 0))],
            "ScatterND" => [ScatterND(first, inputs[1]!, inputs[2]!)],
            "NonZero" => [first.nonzero().t()],
            "TopK" => TopK(node, first, TorchOperators.Numbers(inputs[1]!).Single()),
            _ => null,
        };
    }

    private static Tensor Slice(Tensor?[] inputs)
    {
        var result = inputs[0]!;
        var starts = TorchOperators.Numbers(inputs[1]!);
        var ends = TorchOperators.Numbers(inputs[2]!);
        var axes = inputs.ElementAtOrDefault(3) is { } chosen
            ? TorchOperators.Numbers(chosen)
            : [.. Enumerable.Range(0, starts.Length).Select(axis => (long)axis)];
        var steps = inputs.ElementAtOrDefault(4) is { } given ? TorchOperators.Numbers(given) : [.. axes.Select(_ => 1L)];
        for (var i = 0; i < axes.Length; i++)
        {
            result = result.slice(axes[i], starts[i], ends[i], steps[i]);
        }

        return result;
    }

    private static Tensor Gather(Tensor data, Tensor indices, int axis)
    {
        var rows = data.index_select(axis, indices.flatten());
        return rows.reshape([.. data.shape[..axis], .. indices.shape, .. data.shape[(axis + 1)..]]);
    }

    /// <summary>The last axis of the indices addresses an element, or a block, behind the batch's axes.</summary>
    private static Tensor GatherND(Tensor data, Tensor indices, int batchAxes)
    {
        var addressed = (int)indices.shape[^1];
        var batch = data.shape[..batchAxes];
        var sizes = data.shape[batchAxes..(batchAxes + addressed)];
        var block = data.shape[(batchAxes + addressed)..];
        var rows = Product(batch);
        var rowLength = Product(sizes);
        var inRow = FlatIndices(indices, sizes).reshape(rows, Product(indices.shape[batchAxes..^1]));
        var inAll = inRow + arange(rows, dtype: int64).unsqueeze(1) * rowLength;
        var chosen = data.reshape(rows * rowLength, Product(block)).index_select(0, inAll.flatten());
        return chosen.reshape([.. indices.shape[..^1], .. block]);
    }

    private static Tensor ScatterND(Tensor data, Tensor indices, Tensor updates)
    {
        var addressed = (int)indices.shape[^1];
        var sizes = data.shape[..addressed];
        var block = Product(data.shape[addressed..]);
        var target = FlatIndices(indices, sizes).flatten();
        var rows = data.reshape(Product(sizes), block);
        return rows.index_copy(0, target, updates.reshape(target.shape[0], block)).reshape(data.shape);
    }

    /// <summary>Positions in row-major order from indices [..., axes].</summary>
    private static Tensor FlatIndices(Tensor indices, long[] sizes)
    {
        var strides = new long[sizes.Length];
        var stride = 1L;
        for (var axis = sizes.Length - 1; axis >= 0; axis--)
        {
            strides[axis] = stride;
            stride *= sizes[axis];
        }

        return (indices * tensor(strides)).sum(-1);
    }

    /// <summary>The largest of the last axis; of equal ones the first.</summary>
    private static Tensor[] TopK(NodeProto node, Tensor data, long count)
    {
        var axis = node.Attribute.Integer("axis", otherwise: -1);
        var largest = node.Attribute.Integer("largest", otherwise: 1) == 1;
        var (values, indices) = data.sort(dim: axis, descending: largest, stable: true);
        return [values.narrow(axis, 0, count).contiguous(), indices.narrow(axis, 0, count).contiguous()];
    }

    private static long Product(IEnumerable<long> sizes) => sizes.Aggregate(1L, (product, size) => product * size);
}
