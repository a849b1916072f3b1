using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx;

/// <summary>Torch's own layers as nodes; strides, padding, groups and the rest are read from the layer.</summary>
internal static class OnnxLayers
{
    /// <param name="graph">The graph that node and weights are added to.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="layer">With any weights.</param>
    /// <returns>[N, D, H', W']</returns>
    public static OnnxValue Conv(this OnnxGraph graph, OnnxValue input, Conv2d layer) => graph.Conv(input, layer, layer.weight, layer.bias);

    /// <summary>A layer's convolution with other weights than its own.</summary>
    /// <param name="graph">The graph that node and weights are added to.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="layer">Gives the geometry.</param>
    /// <param name="weight">[D, C/groups, K, K]; becomes float32.</param>
    /// <param name="bias">[D]; becomes float32. Null: none.</param>
    /// <returns>[N, D, H', W']</returns>
    /// <exception cref="NotSupportedException">The layer pads with other values than zero, or by a rule in place of a number.</exception>
    public static OnnxValue Conv(this OnnxGraph graph, OnnxValue input, Conv2d layer, Tensor weight, Tensor? bias)
    {
        if (layer.padding is not { } padding || layer.padding_mode != PaddingModes.Zeros)
        {
            throw new NotSupportedException($"a convolution with padding {layer.padding_mode} {layer.padding_type} cannot be exported.");
        }

        var inputs = new List<OnnxValue> { input, graph.Constant(weight) };
        if (bias is not null)
        {
            inputs.Add(graph.Constant(bias));
        }

        return graph.LayerOp(
            layer,
            "Conv",
            inputs,
            ("kernel_shape", layer.kernel_size),
            ("strides", layer.stride),
            ("pads", BothSides(padding)),
            ("dilations", layer.dilation),
            ("group", layer.groups));
    }

    /// <param name="graph">The graph that the node is added to.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="layer">Gives the geometry.</param>
    /// <returns>[N, C, H', W']</returns>
    public static OnnxValue MaxPool(this OnnxGraph graph, OnnxValue input, MaxPool2d layer) => graph.Op(
        "MaxPool",
        [input],
        ("kernel_shape", layer.kernel_size),
        ("strides", layer.stride),
        ("pads", BothSides(layer.padding)),
        ("dilations", layer.dilation),
        ("ceil_mode", layer.ceil_mode ? 1L : 0L));

    /// <param name="graph">The graph that node and weights are added to.</param>
    /// <param name="input">[N, C]</param>
    /// <param name="layer">With or without bias.</param>
    /// <returns>[N, D]</returns>
    public static OnnxValue Linear(this OnnxGraph graph, OnnxValue input, Linear layer)
    {
        var inputs = new List<OnnxValue> { input, graph.Constant(layer.weight) };
        if (layer.bias is not null)
        {
            inputs.Add(graph.Constant(layer.bias));
        }

        return graph.LayerOp(layer, "Gemm", inputs, ("transB", 1L));
    }

    /// <summary>ONNX pads the beginning of every axis, then the end of every axis.</summary>
    private static long[] BothSides(long[] padding) => [.. padding, .. padding];

    /// <summary>A tensor as float32 constant.</summary>
    private static OnnxValue Constant(this OnnxGraph graph, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var values = tensor.detach().to(float32).cpu().contiguous();
        return graph.Constant(OnnxType.Float, values.bytes.ToArray(), values.shape);
    }
}
