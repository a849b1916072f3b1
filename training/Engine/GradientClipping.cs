using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>
/// Cuts the norm of all gradients together (Pascanu et al. 2013; PyTorch's <c>clip_grad_norm_</c>), without waiting for the device.
/// </summary>
internal static class GradientClipping
{
    private const double Epsilon = 1e-6;

    /// <param name="parameters">Those without a gradient do not count.</param>
    /// <param name="maxNorm">The largest norm that stays.</param>
    public static void Clip(IEnumerable<Parameter> parameters, double maxNorm)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        var norm = stack([.. gradients.Select(gradient => gradient.norm())]).norm();
        var factor = (maxNorm / (norm + Epsilon)).clamp(max: 1);
        foreach (var gradient in gradients)
        {
            gradient.mul_(factor);
        }
    }
}
