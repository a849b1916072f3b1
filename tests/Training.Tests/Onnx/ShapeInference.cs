using Pipeline.Training.Onnx;
using Pipeline.Training.Onnx.Proto;

namespace Pipeline.Training.Tests.Onnx;

/// <summary>Types and ranks of what a node gives, by the rules of opset 18, for the operators that the exporter uses.</summary>
internal static class ShapeInference
{
    /// <param name="node">The operator.</param>
    /// <param name="inputs">Null for one that is left out.</param>
    /// <exception cref="InferenceException">The inputs do not fit the operator, or it is not known here.</exception>
    public static IReadOnlyList<InferredValue> Of(NodeProto node, IReadOnlyList<InferredValue?> inputs)
    {
        var first = inputs[0]!;
        return node.OpType switch
        {
            "Identity" => [first],
            "Add" or "Sub" or "Mul" or "Div" or "Min" or "Max" or "Mod" or "Pow" => [Elementwise(inputs, first.Type)],
            "Equal" or "Less" or "Greater" or "GreaterOrEqual" => [Elementwise(inputs, OnnxType.Bool)],
            "And" => [Elementwise([Typed(first, OnnxType.Bool), inputs[1]], OnnxType.Bool)],
            "Where" => [Where(Typed(first, OnnxType.Bool), inputs[1]!, inputs[2]!)],
            "Relu" or "Exp" or "Log" or "Sqrt" or "Sigmoid" or "Softmax" => [Typed(first, OnnxType.Float)],
            "Floor" or "Ceil" or "Round" or "Reciprocal" or "Abs" => [Typed(first, OnnxType.Float, OnnxType.Double)],
            "Cast" => [first with { Type = (OnnxType)node.Attribute.Integer("to"), Integers = null }],
            "QuantizeLinear" => [Typed(first, OnnxType.Float) with { Type = inputs[2]!.Type }],
            "DequantizeLinear" => [SameTypes(first, inputs[2]!) with { Type = Typed(inputs[1]!, OnnxType.Float).Type }],
            "Conv" => [Convolution(inputs)],
            "MaxPool" => [Map(first, first.Dims[1])],
            "RoiAlign" => [RoiAlign(inputs)],
            "Gemm" => [Gemm(inputs)],
            "Flatten" => [first with { Dims = [first.Dims[0], Product(first.Dims.Skip(1))] }],
            "Resize" or "Pad" => [first with { Dims = [.. first.Dims.Select(_ => (long?)null)] }],
            "Shape" => [ShapeOf(node, first)],
            "Reshape" => [Reshape(first, inputs[1]!)],
            "Transpose" => [Transpose(node, first)],
            "Concat" => [Concat(node, inputs)],
            "Expand" => [Elementwise([first, first with { Dims = Anything(Length(inputs[1]!)) }], first.Type)],
            "Slice" => [first with { Dims = With(first.Dims, Axis(inputs[3]!.Integers![0], first.Rank), null), Integers = null }],
            "Unsqueeze" => [first with { Dims = Unsqueezed(first, inputs[1]!), Integers = null }],
            "Squeeze" => [first with { Dims = [.. first.Dims.Where(size => size != 1)], Integers = null }],
            "Range" => [new InferredValue(first.Type, [null])],
            "ReduceSum" or "ReduceMin" or "ReduceProd" => [Reduce(node, first, inputs[1]!)],
            "Gather" => [Gather(node, first, Typed(inputs[1]!, OnnxType.Int64))],
            "GatherElements" => [first with { Dims = Typed(inputs[1]!, OnnxType.Int64).Dims }],
            "GatherND" => [GatherND(node, first, Typed(inputs[1]!, OnnxType.Int64))],
            "ScatterND" => [SameTypes(first, inputs[2]!)],
            "TopK" => [WithoutLast(first), WithoutLast(first) with { Type = OnnxType.Int64 }],
            "NonZero" => [new InferredValue(OnnxType.Int64, [first.Rank, null])],
            "NonMaxSuppression" => [Suppression(inputs)],
            _ => throw new InferenceException($"no rule for operator {node.OpType}"),
        };
    }

    private static InferredValue Typed(InferredValue value, params OnnxType[] types) => types.Contains(value.Type)
        ? value
        : throw new InferenceException($"an input of type {value.Type} in place of {string.Join(" or ", types)}");

    private static InferredValue Ranked(InferredValue value, int rank) => value.Rank == rank
        ? value
        : throw new InferenceException($"an input {value} in place of one of rank {rank}");

    private static InferredValue SameTypes(InferredValue a, InferredValue b) => a.Type == b.Type
        ? a with { Integers = null }
        : throw new InferenceException($"inputs of types {a.Type} and {b.Type}");

    private static InferredValue Elementwise(IReadOnlyList<InferredValue?> inputs, OnnxType type)
    {
        var a = inputs[0]!;
        var b = inputs[1]!;
        SameTypes(a, b);
        return new InferredValue(type, Broadcast(a.Dims, b.Dims));
    }

    private static InferredValue Where(InferredValue condition, InferredValue yes, InferredValue no)
    {
        var chosen = Elementwise([yes, no], yes.Type);
        return chosen with { Dims = Broadcast(condition.Dims, chosen.Dims) };
    }

    private static long?[] Broadcast(IReadOnlyList<long?> a, IReadOnlyList<long?> b)
    {
        var result = new long?[Math.Max(a.Count, b.Count)];
        for (var fromEnd = 1; fromEnd <= result.Length; fromEnd++)
        {
            var x = fromEnd <= a.Count ? a[^fromEnd] : 1;
            var y = fromEnd <= b.Count ? b[^fromEnd] : 1;
            if (x > 1 && y > 1 && x != y)
            {
                throw new InferenceException($"dimensions {x} and {y} do not fit");
            }

            result[^fromEnd] = x == 1 || y > 1 ? y : x;
        }

        return result;
    }

    private static InferredValue Map(InferredValue input, long? channels) =>
        Ranked(Typed(input, OnnxType.Float), 4) with { Dims = [input.Dims[0], channels, null, null] };

    private static InferredValue Convolution(IReadOnlyList<InferredValue?> inputs)
    {
        var weight = Ranked(Typed(inputs[1]!, OnnxType.Float), 4);
        foreach (var bias in inputs.Skip(2))
        {
            Ranked(Typed(bias!, OnnxType.Float), 1);
        }

        return Map(inputs[0]!, weight.Dims[0]);
    }

    private static InferredValue RoiAlign(IReadOnlyList<InferredValue?> inputs)
    {
        Ranked(Typed(inputs[1]!, OnnxType.Float), 2);
        Ranked(Typed(inputs[2]!, OnnxType.Int64), 1);
        return Map(inputs[0]!, inputs[0]!.Dims[1]) with { Dims = [null, inputs[0]!.Dims[1], null, null] };
    }

    private static InferredValue Gemm(IReadOnlyList<InferredValue?> inputs)
    {
        var rows = Ranked(Typed(inputs[0]!, OnnxType.Float), 2);
        var weight = Ranked(Typed(inputs[1]!, OnnxType.Float), 2);
        return rows with { Dims = [rows.Dims[0], weight.Dims[0]] };
    }

    private static InferredValue Suppression(IReadOnlyList<InferredValue?> inputs)
    {
        Ranked(Typed(inputs[0]!, OnnxType.Float), 3);
        Ranked(Typed(inputs[1]!, OnnxType.Float), 3);
        Typed(inputs[2]!, OnnxType.Int64);
        return new InferredValue(OnnxType.Int64, [null, 3]);
    }

    private static InferredValue ShapeOf(NodeProto node, InferredValue input)
    {
        var isPart = node.Attribute.Any(attribute => attribute.Name == "start");
        var count = isPart ? node.Attribute.Integer("end") - node.Attribute.Integer("start") : input.Rank;
        return new InferredValue(OnnxType.Int64, [count]);
    }

    private static InferredValue Reshape(InferredValue input, InferredValue shape)
    {
        long?[] dims = shape.Integers is { } sizes
            ? [.. sizes.Select((size, axis) => size == 0 ? input.Dims[axis] : Known(size))]
            : Anything(Length(shape));
        return input with { Dims = dims, Integers = null };
    }

    private static InferredValue Transpose(NodeProto node, InferredValue input)
    {
        var axes = node.Attribute.Single().Ints;
        return Ranked(input, axes.Count) with { Dims = [.. axes.Select(axis => input.Dims[(int)axis])] };
    }

    private static InferredValue Concat(NodeProto node, IReadOnlyList<InferredValue?> inputs)
    {
        var first = inputs[0]!;
        var axis = Axis(node.Attribute.Integer("axis"), first.Rank);
        foreach (var input in inputs)
        {
            Ranked(SameTypes(input!, first), first.Rank);
        }

        long? sum = inputs.All(input => input!.Dims[axis] is not null) ? inputs.Sum(input => input!.Dims[axis]) : null;
        return first with { Dims = With(first.Dims, axis, sum), Integers = null };
    }

    private static List<long?> Unsqueezed(InferredValue input, InferredValue axes)
    {
        var dims = input.Dims.ToList();
        dims.Insert(Axis(axes.Integers!.Single(), input.Rank + 1), 1);
        return dims;
    }

    private static InferredValue Reduce(NodeProto node, InferredValue input, InferredValue axes)
    {
        var keepsAxis = node.Attribute.All(attribute => attribute.Name != "keepdims" || attribute.I == 1);
        var axis = Axis(axes.Integers!.Single(), input.Rank);
        return input with { Dims = keepsAxis ? With(input.Dims, axis, 1) : Without(input.Dims, axis) };
    }

    private static InferredValue Gather(NodeProto node, InferredValue data, InferredValue indices)
    {
        var axis = Axis(node.Attribute.Integer("axis"), data.Rank);
        return data with { Dims = [.. data.Dims.Take(axis), .. indices.Dims, .. data.Dims.Skip(axis + 1)], Integers = null };
    }

    private static InferredValue GatherND(NodeProto node, InferredValue data, InferredValue indices)
    {
        var shared = (int)(node.Attribute.SingleOrDefault(attribute => attribute.Name == "batch_dims")?.I ?? 0);
        var addressed = indices.Dims[^1] ?? throw new InferenceException("the last dimension of the indices is not known");
        return data with { Dims = [.. indices.Dims.SkipLast(1), .. data.Dims.Skip(shared + (int)addressed)] };
    }

    private static InferredValue WithoutLast(InferredValue value) => value with { Dims = With(value.Dims, value.Rank - 1, null) };

    private static long Length(InferredValue vector) =>
        Ranked(Typed(vector, OnnxType.Int64), 1).Dims[0] ?? throw new InferenceException("a shape of unknown length");

    private static long?[] Anything(long rank) => new long?[rank];

    private static long? Known(long size) => size < 0 ? null : size;

    private static long? Product(IEnumerable<long?> sizes) => sizes.Aggregate((long?)1, (product, size) => product * size);

    private static int Axis(long axis, int rank) => axis >= -rank && axis < rank
        ? (int)(axis < 0 ? axis + rank : axis)
        : throw new InferenceException($"axis {axis} of a value of rank {rank}");

    private static List<long?> With(IReadOnlyList<long?> dims, int axis, long? size)
    {
        var result = dims.ToList();
        result[axis] = size;
        return result;
    }

    private static List<long?> Without(IReadOnlyList<long?> dims, int axis)
    {
        var result = dims.ToList();
        result.RemoveAt(axis);
        return result;
    }
}
