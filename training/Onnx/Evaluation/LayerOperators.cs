using Pipeline.Training.Onnx.Proto;
using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Evaluation;

/// <summary>Operators that networks are made of.</summary>
internal static class LayerOperators
{
    /// <param name="node">Strides, padding, dilations, groups.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="weight">[D, C/groups, K, K]</param>
    /// <param name="bias">[D], or null.</param>
    /// <returns>[N, D, H', W']</returns>
    public static Tensor Conv(NodeProto node, Tensor input, Tensor weight, Tensor? bias) => nn.functional.conv2d(
        input,
        weight,
        bias,
        node.Attribute.Integers("strides", otherwise: [1, 1]),
        Padding(node),
        node.Attribute.Integers("dilations", otherwise: [1, 1]),
        node.Attribute.Integer("group", otherwise: 1));

    /// <param name="node">Factors and transpositions.</param>
    /// <param name="a">[N, C]</param>
    /// <param name="b">[C, D], or [D, C] where it is transposed.</param>
    /// <param name="c">[D], or null.</param>
    /// <returns>[N, D]</returns>
    public static Tensor Gemm(NodeProto node, Tensor a, Tensor b, Tensor? c)
    {
        var left = node.Attribute.Integer("transA", otherwise: 0) == 1 ? a.t() : a;
        var right = node.Attribute.Integer("transB", otherwise: 0) == 1 ? b.t() : b;
        var product = left.mm(right) * node.Attribute.Number("alpha", otherwise: 1);
        return c is null ? product : product + c * node.Attribute.Number("beta", otherwise: 1);
    }

    /// <param name="node">Kernel, strides, padding, dilations.</param>
    /// <param name="input">[N, C, H, W]; any type.</param>
    /// <returns>[N, C, H', W']</returns>
    public static Tensor MaxPool(NodeProto node, Tensor input) => nn.functional.max_pool2d(
        input.is_floating_point() ? input : input.to(float32),
        node.Attribute.Integers("kernel_shape"),
        node.Attribute.Integers("strides", otherwise: [1, 1]),
        Padding(node),
        node.Attribute.Integers("dilations", otherwise: [1, 1]),
        node.Attribute.Integer("ceil_mode", otherwise: 0) == 1).to(input.dtype);

    /// <summary>Bilinear to a size, or the nearest position to the top left.</summary>
    public static Tensor Resize(NodeProto node, Tensor?[] inputs)
    {
        var input = inputs[0]!;
        var mode = node.Attribute.Text("mode") ?? "nearest";
        var coordinates = node.Attribute.Text("coordinate_transformation_mode") ?? "half_pixel";
        if (mode == "linear" && coordinates == "half_pixel" && inputs.ElementAtOrDefault(3) is { } sizes)
        {
            var size = TorchOperators.Numbers(sizes)[2..];
            return nn.functional.interpolate(input, size, mode: InterpolationMode.Bilinear, align_corners: false);
        }

        var isFloor = coordinates == "asymmetric" && node.Attribute.Text("nearest_mode") == "floor";
        return mode == "nearest" && isFloor
            ? nn.functional.interpolate(input, NearestSize(input, inputs), mode: InterpolationMode.Nearest)
            : throw new NotSupportedException($"Resize in the modes {mode} and {coordinates} is not known here.");
    }

    /// <param name="input">Any rank.</param>
    /// <param name="pads">int64: zeros before every axis, then after every axis.</param>
    public static Tensor Pad(Tensor input, Tensor pads)
    {
        var counts = TorchOperators.Numbers(pads);
        var rank = counts.Length / 2;
        var lastAxisFirst = Enumerable.Range(0, rank).Reverse().SelectMany(axis => new[] { counts[axis], counts[rank + axis] });
        return nn.functional.pad(input, [.. lastAxisFirst]);
    }

    private static long[] NearestSize(Tensor input, Tensor?[] inputs)
    {
        if (inputs.ElementAtOrDefault(3) is { } sizes)
        {
            return TorchOperators.Numbers(sizes)[2..];
        }

        var scales = inputs[2]!.data<float>().ToArray();
        return [(long)(input.shape[2] * scales[2]), (long)(input.shape[3] * scales[3])];
    }

    /// <summary>One number an axis: torch pads both ends alike.</summary>
    private static long[] Padding(NodeProto node)
    {
        var pads = node.Attribute.Integers("pads", otherwise: [0, 0, 0, 0]);
        return pads[0] == pads[2] && pads[1] == pads[3]
            ? pads[..2]
            : throw new NotSupportedException($"{node.Name} pads its two ends differently, which is not known here.");
    }
}
