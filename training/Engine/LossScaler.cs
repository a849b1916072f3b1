using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>
/// Keeps small gradients of float16 from becoming zero: the loss is multiplied before the backward pass and the gradients divided after
/// it (Micikevicius et al. 2018, section 3.2). A step with an overflow is left out and halves the factor; many good ones double it (the
/// rule of PyTorch's <c>GradScaler</c>).
/// </summary>
/// <param name="scale">The first factor.</param>
/// <param name="goodSteps">Steps without overflow since the factor changed.</param>
/// <param name="growthInterval">Good steps that double the factor.</param>
internal sealed class LossScaler(double scale = 65536, int goodSteps = 0, int growthInterval = 2000)
{
    /// <summary>Below this an overflow is not the scale's doing.</summary>
    public const double LeastScale = 1;

    private const double MaxScale = 1 << 24;

    /// <summary>What the loss is multiplied with.</summary>
    public double Scale { get; private set; } = scale;

    /// <summary>Steps without overflow since the factor changed.</summary>
    public int GoodSteps { get; private set; } = goodSteps;

    /// <summary>Divides the gradients, and changes the factor by what they are.</summary>
    /// <returns>Whether all are finite, so that the optimiser may step.</returns>
    public bool Unscale(IEnumerable<Parameter> parameters)
    {
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        Tensor[] gradients = [.. parameters.Select(parameter => parameter.grad).OfType<Tensor>()];
        // an overflow must not move the weights
        var finite = stack([.. gradients.Select(gradient => gradient.isfinite().all())]).all().HostFlag();
        if (!finite)
        {
            Scale = Scale / 2;
            GoodSteps = 0;
            return false;
        }

        foreach (var gradient in gradients)
        {
            gradient.mul_(1 / Scale);
        }

        GoodSteps++;
        if (GoodSteps == growthInterval)
        {
            Scale = Math.Min(MaxScale, Scale * 2);
            GoodSteps = 0;
        }

        return true;
    }
}
