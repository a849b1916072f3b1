using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>
/// A convolution and the norm behind it, in the element type of the input; weights stay float32 (<see cref="InputTyped"/>).
/// </summary>
internal static class ConvNorm
{
    /// <summary>
    /// A frozen norm is folded into the convolution's weights, which saves its passes over the maps; the weights still learn.
    /// </summary>
    /// <param name="convolution">A <see cref="Conv2d"/> without bias.</param>
    /// <param name="norm">A <see cref="FrozenBatchNorm2d"/> or a live one.</param>
    /// <param name="input">[N, C, H, W]; float32 or narrower.</param>
    /// <param name="stride">Stride of the convolution.</param>
    /// <param name="padding">Zeros added at each side of the input.</param>
    public static Tensor Apply(
        nn.IModule<Tensor, Tensor> convolution, nn.IModule<Tensor, Tensor> norm, Tensor input, long stride, long padding)
    {
        using var scope = NewDisposeScope();
        var weight = ((Conv2d)convolution).weight;
        if (norm is not FrozenBatchNorm2d frozen)
        {
            return norm.call(InputTyped.Convolve(input, weight, null, stride, padding)).MoveToOuterDisposeScope();
        }

        var (scale, shift) = frozen.ScaleAndShift();
        return InputTyped.Convolve(input, weight * scale.view(-1, 1, 1, 1), shift, stride, padding).MoveToOuterDisposeScope();
    }
}
