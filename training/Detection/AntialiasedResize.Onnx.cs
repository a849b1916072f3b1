using Pipeline.Training.Onnx;

namespace Pipeline.Training.Detection;

public static partial class AntialiasedResize
{
    /// <summary>Pillow's filter weights are whole multiples of 2⁻²².</summary>
    private const int WeightBits = 22;

    /// <summary>Pillow's bilinear filter to the bit: both passes in whole numbers, each rounded to 8 bits. ONNX's own antialiased <c>Resize</c> rounds otherwise.</summary>
    /// <param name="graph">The graph that the nodes are added to.</param>
    /// <param name="planes">uint8 [N, 3, H, W]</param>
    /// <param name="from">Height and width, int64 [1] each.</param>
    /// <param name="to">Height and width, int64 [1] each.</param>
    /// <returns>int32 [N, 3, height, width], 0..255</returns>
    internal static OnnxValue Emit(OnnxGraph graph, OnnxValue planes, (OnnxValue Height, OnnxValue Width) from, (OnnxValue Height, OnnxValue Width) to) =>
        EmitPass(graph, EmitPass(graph, graph.Cast(planes, OnnxType.Int32), 3, from.Width, to.Width), 2, from.Height, to.Height);

    private static OnnxValue EmitPass(OnnxGraph graph, OnnxValue planes, long axis, OnnxValue from, OnnxValue to)
    {
        var (positions, weights, taps) = EmitTaps(graph, from, to);
        var read = graph.Op("Gather", [planes, graph.Reshape(positions, -1)], ("axis", axis));
        var lines = graph.Op("Reshape", [read, axis == 3 ? graph.Concat(0, graph.Vector(0, 0, 0), to, taps) : graph.Concat(0, graph.Vector(0, 0), to, taps, graph.Vector(-1))]);
        var sum = graph.Op("ReduceSum", [graph.Mul(lines, axis == 3 ? weights : graph.Unsqueeze(weights, -1)), graph.Vector(axis == 3 ? 4 : 3)], ("keepdims", 0L));
        return graph.Div(graph.Add(sum, graph.Int32(1 << (WeightBits - 1))), graph.Int32(1 << WeightBits));
    }

    /// <returns>Positions int64 [to, T] and weights int32 [to, T] of the places that make each place of the result, and T, int64 [1].</returns>
    private static (OnnxValue Positions, OnnxValue Weights, OnnxValue Taps) EmitTaps(OnnxGraph graph, OnnxValue from, OnnxValue to)
    {
        OnnxValue Range(OnnxValue count) => graph.Cast(graph.Range(count), OnnxType.Double);
        var (length, half) = (graph.Cast(from, OnnxType.Double), graph.Double(0.5));
        var scale = graph.Div(length, graph.Cast(to, OnnxType.Double));
        var support = graph.Op("Max", [scale, graph.Double(1)]);
        var centre = graph.Unsqueeze(graph.Mul(graph.Add(Range(to), half), scale), 1);                                        // [to, 1]
        var first = graph.Op("Floor", [graph.Op("Max", [graph.Add(graph.Sub(centre, support), half), graph.Double(0)])]);
        var behind = graph.Op("Min", [graph.Op("Floor", [graph.Add(graph.Add(centre, support), half)]), length]);
        var taps = graph.Cast(graph.Add(graph.Mul(graph.Op("Ceil", [support]), graph.Double(2)), graph.Double(1)), OnnxType.Int64);
        var position = graph.Add(first, Range(taps));                                                                          // [to, T]
        var distance = graph.Op("Abs", [graph.Mul(graph.Add(graph.Sub(position, centre), half), graph.Op("Reciprocal", [support]))]);
        var weight = graph.Where(graph.Op("Less", [position, behind]), graph.Op("Max", [graph.Sub(graph.Double(1), distance), graph.Double(0)]), graph.Double(0));
        weight = graph.Div(weight, graph.Op("ReduceSum", [weight, graph.Vector(1)]));
        var whole = graph.Cast(graph.Op("Floor", [graph.Add(graph.Mul(weight, graph.Double(1 << WeightBits)), half)]), OnnxType.Int32);
        return (graph.Cast(graph.Op("Min", [position, graph.Sub(length, graph.Double(1))]), OnnxType.Int64), whole, taps);
    }
}
