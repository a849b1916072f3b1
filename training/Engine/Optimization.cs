using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>
/// SGD with what happens between the backward pass and its step: the loss scaler of float16 and the cut of the gradients' norm.
/// </summary>
internal sealed class Optimization : IDisposable
{
    private readonly LoopOptions options;
    private readonly Device device;
    private readonly SGD optimizer;
    private readonly IReadOnlyList<Parameter> parameters;
    private LossScaler? scaler;

    /// <param name="model">On its device.</param>
    /// <param name="options">Rates, decay, clipping, precision.</param>
    public Optimization(nn.Module model, LoopOptions options)
    {
        this.options = options;
        device = ComputeDevice.Of(options.Device);
        var groups = ParameterGroups.Of(model, options.WeightDecay, options.NormWeightDecay);
        var named = groups.SelectMany(group => group.Parameters).ToList();
        parameters = [.. named.Select(entry => entry.Parameter)];
        var settings = groups.Select(group => new SGD.ParamGroup(
            group.Parameters.Select(entry => entry.Parameter),
            options.LearningRate,
            options.Momentum,
            weight_decay: group.WeightDecay));
        optimizer = optim.SGD(settings, options.LearningRate, options.Momentum);
        Sgd = new SgdState(optimizer, named);
        scaler = options.Precision == ComputePrecision.Float16 ? new LossScaler() : null;
    }

    /// <summary>SGD's momentum buffers.</summary>
    public SgdState Sgd { get; }

    /// <summary>What the loss has to be multiplied with before the backward pass.</summary>
    public double LossFactor => scaler?.Scale ?? 1;

    /// <summary>The loss scaler's state; null without one.</summary>
    public LossScale? LossScale => scaler is null ? null : new LossScale(scaler.Scale, scaler.GoodSteps);

    /// <summary>Whether an overflow may be the scale's doing: the step is then left out, and the next has a smaller scale.</summary>
    public bool MayTryAgain => scaler is { Scale: >= LossScaler.LeastScale };

    /// <summary>Sets the rate of the next step.</summary>
    public double LearningRate
    {
        set
        {
            foreach (var group in optimizer.ParamGroups)
            {
                group.LearningRate = value;
            }
        }
    }

    /// <summary>Makes the gradients ready for the step.</summary>
    /// <returns>Whether they are finite; without a scaler nobody looks, since that would wait for the device.</returns>
    public bool Prepare()
    {
        if (scaler is not null && !scaler.Unscale(parameters))
        {
            return false;
        }

        if (options.ClipGradientNorm > 0)
        {
            GradientClipping.Clip(parameters, options.ClipGradientNorm);
        }

        return true;
    }

    /// <summary>Moves the weights.</summary>
    public void Step() => optimizer.step();

    /// <summary>Takes over velocities, as far as they are there, and the scaler's state.</summary>
    public void Restore(IReadOnlyDictionary<string, Tensor> velocities, LossScale? scale)
    {
        Sgd.Restore(velocities.GetValueOrDefault, device);
        if (scale is not null)
        {
            scaler = new LossScaler(scale.Scale, scale.GoodSteps);
        }
    }

    public void Dispose() => optimizer.Dispose();
}
