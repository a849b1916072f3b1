namespace Pipeline.Training.Onnx;

/// <summary>Short forms of operators.</summary>
internal static class OnnxOperators
{
    public static OnnxValue Add(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Add", [a, b]);

    public static OnnxValue Sub(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Sub", [a, b]);

    public static OnnxValue Mul(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Mul", [a, b]);

    public static OnnxValue Div(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Div", [a, b]);

    public static OnnxValue Min(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Min", [a, b]);

    public static OnnxValue Max(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Max", [a, b]);

    public static OnnxValue Floor(this OnnxGraph graph, OnnxValue a) => graph.Op("Floor", [a]);

    public static OnnxValue Relu(this OnnxGraph graph, OnnxValue a) => graph.Op("Relu", [a]);

    public static OnnxValue And(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("And", [a, b]);

    public static OnnxValue Less(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Less", [a, b]);

    public static OnnxValue Greater(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Greater", [a, b]);

    public static OnnxValue GreaterOrEqual(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("GreaterOrEqual", [a, b]);

    public static OnnxValue Where(this OnnxGraph graph, OnnxValue condition, OnnxValue yes, OnnxValue no) =>
        graph.Op("Where", [condition, yes, no]);

    public static OnnxValue Cast(this OnnxGraph graph, OnnxValue a, OnnxType type) => graph.Op("Cast", [a], ("to", (long)type));

    public static OnnxValue Concat(this OnnxGraph graph, long axis, params OnnxValue[] parts) =>
        parts.Length == 1 ? parts[0] : graph.Op("Concat", parts, ("axis", axis));

    public static OnnxValue Reshape(this OnnxGraph graph, OnnxValue a, params long[] shape) => graph.Reshape(a, graph.Vector(shape));

    /// <summary>A shape that is computed: int64 [rank].</summary>
    public static OnnxValue Reshape(this OnnxGraph graph, OnnxValue a, OnnxValue shape) => graph.Op("Reshape", [a, shape]);

    public static OnnxValue Transpose(this OnnxGraph graph, OnnxValue a, params long[] axes) => graph.Op("Transpose", [a], ("perm", axes));

    public static OnnxValue Unsqueeze(this OnnxGraph graph, OnnxValue a, long axis) => graph.Op("Unsqueeze", [a, graph.Vector(axis)]);

    /// <summary>Elements from..to of one axis.</summary>
    public static OnnxValue Slice(this OnnxGraph graph, OnnxValue a, long axis, long from, long to) =>
        graph.Op("Slice", [a, graph.Vector(from), graph.Vector(to), graph.Vector(axis)]);

    public static OnnxValue Gather(this OnnxGraph graph, OnnxValue a, OnnxValue indices, long axis = 0) =>
        graph.Op("Gather", [a, indices], ("axis", axis));

    /// <summary>Sum over one axis, which goes.</summary>
    public static OnnxValue ReduceSum(this OnnxGraph graph, OnnxValue a, long axis) => graph.Reduce("ReduceSum", a, axis);

    /// <summary>Least value over one axis, which goes.</summary>
    public static OnnxValue ReduceMin(this OnnxGraph graph, OnnxValue a, long axis) => graph.Reduce("ReduceMin", a, axis);

    /// <summary>Product over one axis, which goes.</summary>
    public static OnnxValue ReduceProd(this OnnxGraph graph, OnnxValue a, long axis) => graph.Reduce("ReduceProd", a, axis);

    /// <summary>The largest values of the last axis, by falling value, and their indices, int64.</summary>
    /// <param name="graph">The graph that the node is added to.</param>
    /// <param name="a">Any rank from 1.</param>
    /// <param name="count">int64 [1]; more than the axis has is an error.</param>
    public static (OnnxValue Values, OnnxValue Indices) TopK(this OnnxGraph graph, OnnxValue a, OnnxValue count)
    {
        var results = graph.Ops("TopK", 2, [a, count]);
        return (results[0], results[1]);
    }

    /// <summary>All dimensions, int64 [rank].</summary>
    public static OnnxValue Shape(this OnnxGraph graph, OnnxValue a) => graph.Op("Shape", [a]);

    /// <summary>One dimension as an int64 vector of one element.</summary>
    public static OnnxValue Dimension(this OnnxGraph graph, OnnxValue a, long axis) =>
        graph.Op("Shape", [a], ("start", axis), ("end", axis + 1));

    /// <summary>0, 1, … as int64 [count]; the count is an int64 vector of one element.</summary>
    public static OnnxValue Range(this OnnxGraph graph, OnnxValue count) =>
        graph.Op("Range", [graph.Constant([0L]), graph.Op("Squeeze", [count]), graph.Constant([1L])]);

    /// <summary>A value spread over a shape, int64 [rank].</summary>
    public static OnnxValue Filled(this OnnxGraph graph, OnnxValue shape, OnnxValue value) => graph.Op("Expand", [value, shape]);

    private static OnnxValue Reduce(this OnnxGraph graph, string type, OnnxValue a, long axis) =>
        graph.Op(type, [a, graph.Vector(axis)], ("keepdims", 0L));
}
