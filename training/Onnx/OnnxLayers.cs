using Pipeline.Training.Modules;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx;

/// <summary>Layers and short forms of the operators that the detector uses.</summary>
internal static class OnnxLayers
{
    public static OnnxValue Add(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Add", [a, b]);

    public static OnnxValue Sub(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Sub", [a, b]);

    public static OnnxValue Mul(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Mul", [a, b]);

    public static OnnxValue Div(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("Div", [a, b]);

    public static OnnxValue Relu(this OnnxGraph graph, OnnxValue a) => graph.Op("Relu", [a]);

    public static OnnxValue And(this OnnxGraph graph, OnnxValue a, OnnxValue b) => graph.Op("And", [a, b]);

    public static OnnxValue Where(this OnnxGraph graph, OnnxValue condition, OnnxValue yes, OnnxValue no) => graph.Op("Where", [condition, yes, no]);

    public static OnnxValue Cast(this OnnxGraph graph, OnnxValue a, OnnxType type) => graph.Op("Cast", [a], ("to", (long)type));

    public static OnnxValue Concat(this OnnxGraph graph, long axis, params OnnxValue[] parts) => parts.Length == 1 ? parts[0] : graph.Op("Concat", parts, ("axis", axis));

    public static OnnxValue Reshape(this OnnxGraph graph, OnnxValue a, params long[] shape) => graph.Op("Reshape", [a, graph.Vector(shape)]);

    public static OnnxValue Transpose(this OnnxGraph graph, OnnxValue a, params long[] axes) => graph.Op("Transpose", [a], ("perm", axes));

    public static OnnxValue Unsqueeze(this OnnxGraph graph, OnnxValue a, long axis) => graph.Op("Unsqueeze", [a, graph.Vector(axis)]);

    /// <summary>Elements from..to of one axis.</summary>
    public static OnnxValue Slice(this OnnxGraph graph, OnnxValue a, long axis, long from, long to) =>
        graph.Op("Slice", [a, graph.Vector(from), graph.Vector(to), graph.Vector(axis)]);

    /// <summary>One dimension as an int64 vector of one element.</summary>
    public static OnnxValue Dimension(this OnnxGraph graph, OnnxValue a, long axis) => graph.Op("Shape", [a], ("start", axis), ("end", axis + 1));

    /// <summary>0, 1, … as int64 [count]; the count is an int64 vector of one element.</summary>
    public static OnnxValue Range(this OnnxGraph graph, OnnxValue count) => graph.Op("Range", [graph.Constant([0L]), graph.Op("Squeeze", [count]), graph.Constant([1L])]);

    public static OnnxValue Filled(this OnnxGraph graph, OnnxValue shape, OnnxValue value) => graph.Op("Expand", [value, shape]);

    /// <summary>Convolution; a norm with constant statistics behind it is folded in.</summary>
    public static OnnxValue Conv(this OnnxGraph graph, OnnxValue input, nn.IModule<Tensor, Tensor> module, long stride, long padding, nn.IModule<Tensor, Tensor>? norm = null)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var conv = (Conv2d)module;
        var (weight, bias) = (conv.weight.to(float64), conv.bias?.to(float64) ?? zeros(conv.weight.shape[0], dtype: float64));
        if (norm is not null)
        {
            var state = ((nn.Module)norm).state_dict();
            var epsilon = norm is FrozenBatchNorm2d frozen ? frozen.Epsilon : ((BatchNorm2d)norm).eps;
            var scale = state["weight"].to(float64) / (state["running_var"].to(float64) + epsilon).sqrt();
            bias = state["bias"].to(float64) + (bias - state["running_mean"].to(float64)) * scale;
            weight *= scale.view(-1, 1, 1, 1);
        }

        var size = weight.shape[2];
        return graph.Op(
            "Conv", [input, graph.Constant(Floats(weight), weight.shape), graph.Constant(Floats(bias), bias.shape)],
            ("kernel_shape", new[] { size, size }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }));
    }

    public static OnnxValue MaxPool(this OnnxGraph graph, OnnxValue input, long kernel, long stride, long padding) =>
        graph.Op("MaxPool", [input], ("kernel_shape", new[] { kernel, kernel }), ("strides", new[] { stride, stride }), ("pads", new[] { padding, padding, padding, padding }));

    public static OnnxValue Linear(this OnnxGraph graph, OnnxValue input, nn.IModule<Tensor, Tensor> module)
    {
        using var scope = NewDisposeScope();
        var linear = (Linear)module;
        return graph.Op("Gemm", [input, graph.Constant(Floats(linear.weight), linear.weight.shape), graph.Constant(Floats(linear.bias!), linear.bias!.shape)], ("transB", 1L));
    }

    private static float[] Floats(Tensor tensor) => tensor.detach().to(float32).cpu().contiguous().data<float>().ToArray();
}
