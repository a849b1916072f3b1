using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection.Export;

/// <summary>
/// Pillow's antialiased bilinear filter in the graph, to the bit: both passes in whole numbers, each rounded to 8 bits.
/// ONNX's own antialiased <c>Resize</c> rounds otherwise.
/// </summary>
internal static class PillowFilter
{
    /// <summary>Its weights are whole multiples of 2⁻²².</summary>
    private const int WeightBits = 22;

    private const long HeightAxis = 2;
    private const long WidthAxis = 3;

    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="planes">uint8 [N, 3, H, W]</param>
    /// <param name="from">H and W.</param>
    /// <param name="to">The sides to reach.</param>
    /// <returns>int32 [N, 3, height, width], 0..255</returns>
    public static OnnxValue Emit(OnnxGraph graph, OnnxValue planes, OnnxSize from, OnnxSize to)
    {
        var numbers = graph.Cast(planes, OnnxType.Int32);
        var columns = EmitColumns(graph, numbers, EmitTaps(graph, from.Width, to.Width), to.Width);
        return EmitRows(graph, columns, EmitTaps(graph, from.Height, to.Height), to.Height);
    }

    /// <summary>[N, 3, H, W] to [N, 3, H, width].</summary>
    private static OnnxValue EmitColumns(OnnxGraph graph, OnnxValue planes, Taps taps, OnnxValue width)
    {
        var read = graph.Gather(planes, graph.Reshape(taps.Positions, -1), WidthAxis);
        var lines = graph.Reshape(read, graph.Concat(0, graph.Vector(0, 0, 0), width, taps.Count));                // [N, 3, H, width, T]
        return EmitRounded(graph, graph.ReduceSum(graph.Mul(lines, taps.Weights), WidthAxis + 1));
    }

    /// <summary>[N, 3, H, W] to [N, 3, height, W].</summary>
    private static OnnxValue EmitRows(OnnxGraph graph, OnnxValue planes, Taps taps, OnnxValue height)
    {
        var read = graph.Gather(planes, graph.Reshape(taps.Positions, -1), HeightAxis);
        var shape = graph.Concat(0, graph.Vector(0, 0), height, taps.Count, graph.Vector(-1));
        var lines = graph.Reshape(read, shape);                                                                    // [N, 3, height, T, W]
        return EmitRounded(graph, graph.ReduceSum(graph.Mul(lines, graph.Unsqueeze(taps.Weights, -1)), HeightAxis + 1));
    }

    private static OnnxValue EmitRounded(OnnxGraph graph, OnnxValue sum) =>
        graph.Div(graph.Add(sum, graph.Int32(1 << (WeightBits - 1))), graph.Int32(1 << WeightBits));

    private static Taps EmitTaps(OnnxGraph graph, OnnxValue from, OnnxValue to)
    {
        OnnxValue Range(OnnxValue count) => graph.Cast(graph.Range(count), OnnxType.Double);
        var zero = graph.Double(0);
        var half = graph.Double(0.5);
        var one = graph.Double(1);
        var length = graph.Cast(from, OnnxType.Double);
        var scale = graph.Div(length, graph.Cast(to, OnnxType.Double));
        var support = graph.Max(scale, one);
        var center = graph.Unsqueeze(graph.Mul(graph.Add(Range(to), half), scale), 1);                             // [to, 1]
        var first = graph.Floor(graph.Max(graph.Add(graph.Sub(center, support), half), zero));
        var end = graph.Min(graph.Floor(graph.Add(graph.Add(center, support), half)), length);
        var twice = graph.Mul(graph.Op("Ceil", [support]), graph.Double(2));
        var count = graph.Cast(graph.Add(twice, one), OnnxType.Int64);
        var position = graph.Add(first, Range(count));                                                             // [to, T]
        var fromCenter = graph.Add(graph.Sub(position, center), half);
        var distance = graph.Op("Abs", [graph.Mul(fromCenter, graph.Op("Reciprocal", [support]))]);
        var triangle = graph.Max(graph.Sub(one, distance), zero);
        var weight = graph.Where(graph.Less(position, end), triangle, zero);
        var fraction = graph.Div(weight, graph.Op("ReduceSum", [weight, graph.Vector(1)]));
        var whole = graph.Floor(graph.Add(graph.Mul(fraction, graph.Double(1 << WeightBits)), half));
        var inside = graph.Min(position, graph.Sub(length, one));
        return new Taps(graph.Cast(inside, OnnxType.Int64), graph.Cast(whole, OnnxType.Int32), count);
    }

    /// <summary>What makes each position of the result.</summary>
    /// <param name="Positions">int64 [to, T] of the source.</param>
    /// <param name="Weights">int32 [to, T]</param>
    /// <param name="Count">T, int64 [1].</param>
    private sealed record Taps(OnnxValue Positions, OnnxValue Weights, OnnxValue Count);
}
