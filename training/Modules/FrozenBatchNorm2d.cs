using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>Batch norm as constants: y = x · w/√(var+eps) + (b − mean · w/√(var+eps)); torchvision's <c>FrozenBatchNorm2d</c>.</summary>
internal sealed class FrozenBatchNorm2d : NamedModule<Tensor, Tensor>
{
    public FrozenBatchNorm2d(long channels, double epsilon)
        : base(nameof(FrozenBatchNorm2d))
    {
        Epsilon = epsilon;
        register_buffer("weight", ones(channels));
        register_buffer("bias", zeros(channels));
        register_buffer("running_mean", zeros(channels));
        register_buffer("running_var", ones(channels));
    }

    public double Epsilon { get; }

    /// <param name="input">[N, C, H, W]</param>
    /// <returns>[N, C, H, W]</returns>
    public override Tensor forward(Tensor input)
    {
        using var scope = NewDisposeScope();
        var (scale, shift) = ScaleAndShift();
        return addcmul(shift.view(1, -1, 1, 1).to(input.dtype), input, scale.view(1, -1, 1, 1).to(input.dtype), 1)
            .MoveToOuterDisposeScope();
    }

    /// <summary>The constants w/√(var+eps) and b − mean · w/√(var+eps): [C] each.</summary>
    public (Tensor Scale, Tensor Shift) ScaleAndShift()
    {
        var scale = Constant("weight") * (Constant("running_var") + Epsilon).rsqrt();
        return (scale, Constant("bias") - Constant("running_mean") * scale);
    }

    private Tensor Constant(string name) => get_buffer(name)!;
}
