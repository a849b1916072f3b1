using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>
/// Convolutions and linear layers in the element type of their input, which may be narrower than float32; weights stay float32
/// (what autocast does, which TorchSharp does not have).
/// </summary>
internal static class InputTyped
{
    /// <param name="layer">A <see cref="Conv2d"/> of stride 1.</param>
    /// <param name="input">[N, C, H, W]</param>
    /// <param name="padding">Zeros added at each side of the input.</param>
    public static Tensor Convolve(nn.IModule<Tensor, Tensor> layer, Tensor input, long padding)
    {
        var convolution = (Conv2d)layer;
        return Convolve(input, convolution.weight, convolution.bias, 1, padding);
    }

    /// <param name="input">[N, C, H, W]</param>
    /// <param name="weight">float32 [D, C, K, K]</param>
    /// <param name="bias">float32 [D]; null: none.</param>
    /// <param name="stride">Stride of the convolution.</param>
    /// <param name="padding">Zeros added at each side of the input.</param>
    public static Tensor Convolve(Tensor input, Tensor weight, Tensor? bias, long stride, long padding) =>
        nn.functional.conv2d(input, weight.to(input.dtype), bias?.to(input.dtype), [stride, stride], [padding, padding]);

    /// <param name="layer">A <see cref="Linear"/>.</param>
    /// <param name="input">[N, C]</param>
    public static Tensor Multiply(nn.IModule<Tensor, Tensor> layer, Tensor input)
    {
        var linear = (Linear)layer;
        return nn.functional.linear(input, linear.weight.to(input.dtype), linear.bias?.to(input.dtype));
    }
}
