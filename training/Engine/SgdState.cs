using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>SGD's momentum buffers, by the names of the parameters.</summary>
internal sealed class SgdState
{
    private readonly SGD optimizer;
    private readonly IReadOnlyList<string> names;

    /// <summary>
    /// Velocities of zero, which the first step turns into the gradients. Made before the first step, they do not lie between the
    /// memory of that step.
    /// </summary>
    /// <param name="optimizer">Its parameters are <paramref name="parameters"/>, in that order.</param>
    /// <param name="parameters">What it moves, with names.</param>
    public SgdState(SGD optimizer, IReadOnlyList<(string Name, Parameter Parameter)> parameters)
    {
        this.optimizer = optimizer;
        names = [.. parameters.Select(entry => entry.Name)];
        foreach (var (state, (_, parameter)) in States().Zip(parameters))
        {
            state.momentum_buffer = zeros_like(parameter).detach().DetachFromDisposeScope();
        }
    }

    /// <summary>The momentum buffers of all parameters.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> MomentumBuffers =>
        names.Zip(States(), (name, state) => KeyValuePair.Create(name, state.momentum_buffer));

    /// <summary>Takes over velocities; what is not found is left as it is.</summary>
    public void Restore(Func<string, Tensor?> find, Device device)
    {
        foreach (var (name, state) in names.Zip(States()))
        {
            if (find(name) is { } velocity)
            {
                state.momentum_buffer.Dispose();
                state.momentum_buffer = velocity.to(device).clone().DetachFromDisposeScope();
            }
        }
    }

    private IEnumerable<SGD.State> States() => optimizer.state_dict().State.Cast<SGD.State>();
}
