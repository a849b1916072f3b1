using Pipeline.Training.Onnx;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>
/// A convolution and the norm after it, in the element type of the input; weights stay float32 (<see cref="InputTyped"/>).
/// The module that owns the two registers them.
/// </summary>
/// <param name="convolution">Without bias.</param>
/// <param name="norm">A <see cref="FrozenBatchNorm2d"/> or a live <see cref="BatchNorm2d"/>.</param>
internal sealed class ConvNorm(Conv2d convolution, nn.Module<Tensor, Tensor> norm) : IOnnxEmitter<OnnxValue, OnnxValue>
{
    public Conv2d Convolution => convolution;

    public nn.Module<Tensor, Tensor> Norm => norm;

    private double Epsilon => norm is FrozenBatchNorm2d frozen ? frozen.Epsilon : ((BatchNorm2d)norm).eps;

    /// <summary>
    /// A frozen norm is folded into the convolution's weights, which saves its passes over the maps; the weights still learn.
    /// </summary>
    /// <param name="input">[N, C, H, W]; float32 or narrower.</param>
    /// <returns>[N, D, H', W'], in that type.</returns>
    public Tensor Apply(Tensor input)
    {
        using var scope = NewDisposeScope();
        if (norm is not FrozenBatchNorm2d frozen)
        {
            return norm.call(InputTyped.Convolve(convolution, input)).MoveToOuterDisposeScope();
        }

        var (scale, shift) = frozen.ScaleAndShift();
        return InputTyped.Convolve(convolution, input, convolution.weight * scale.view(-1, 1, 1, 1), shift).MoveToOuterDisposeScope();
    }

    /// <summary>In evaluation every norm is constant: its running statistics are folded into the convolution, in float64.</summary>
    public OnnxValue Emit(OnnxGraph graph, OnnxValue input)
    {
        using var scope = NewDisposeScope();
        using var _ = no_grad();
        var state = norm.state_dict();
        Tensor Constant(string name) => state[name].to(float64);   // [D]
        var scale = Constant("weight") / (Constant("running_var") + Epsilon).sqrt();
        var shift = Constant("bias") - Constant("running_mean") * scale;
        return graph.Conv(input, convolution, convolution.weight.to(float64) * scale.view(-1, 1, 1, 1), shift);
    }
}
