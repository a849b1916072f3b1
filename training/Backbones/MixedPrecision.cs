using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Backbones;

/// <summary>Convolutions in the element type of their input, with weights that stay float32: what autocast does with them, which TorchSharp does not have.</summary>
internal static class MixedPrecision
{
    /// <param name="convolution">A <see cref="Conv2d"/> without bias.</param>
    /// <param name="input">[N, C, H, W]; float32 or narrower.</param>
    /// <param name="stride">Of the convolution.</param>
    /// <param name="padding">Of the convolution.</param>
    public static Tensor Convolve(nn.IModule<Tensor, Tensor> convolution, Tensor input, long stride, long padding)
    {
        if (input.dtype == float32)
        {
            return convolution.call(input);
        }

        using var weight = ((Conv2d)convolution).weight.to(input.dtype);
        return nn.functional.conv2d(input, weight, null, [stride, stride], [padding, padding]);
    }
}
