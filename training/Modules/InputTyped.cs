using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>
/// Convolutions and linear layers in the element type of their input, which may be narrower than float32; weights stay float32
/// (what autocast does, which TorchSharp does not have).
/// </summary>
internal static class InputTyped
{
    /// <param name="layer">With its own weights.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, D, H', W']</returns>
    public static Tensor Convolve(Conv2d layer, Tensor input) => Convolve(layer, input, layer.weight, layer.bias);

    /// <summary>A layer's convolution with other weights than its own.</summary>
    /// <param name="layer">Gives stride, padding, dilation and groups.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="weight">float32 [D, C/groups, K, K]</param>
    /// <param name="bias">float32 [D]; null: none.</param>
    /// <returns>[N, D, H', W']</returns>
    public static Tensor Convolve(Conv2d layer, Tensor input, Tensor weight, Tensor? bias) => nn.functional.conv2d(
        input,
        weight.to(input.dtype),
        bias?.to(input.dtype),
        layer.stride,
        layer.padding,
        layer.dilation,
        layer.groups);

    /// <param name="layer">With its own weights.</param>
    /// <param name="input">[N, C]</param>
    /// <returns>[N, D]</returns>
    public static Tensor Multiply(Linear layer, Tensor input) =>
        nn.functional.linear(input, layer.weight.to(input.dtype), layer.bias?.to(input.dtype));
}
