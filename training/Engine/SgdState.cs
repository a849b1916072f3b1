using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>SGD's velocities, by the names of the parameters.</summary>
/// <param name="optimizer">Its parameters are those of <paramref name="names"/>, in that order.</param>
/// <param name="names">Names of the parameters.</param>
internal sealed class SgdState(SGD optimizer, IReadOnlyList<string> names)
{
    /// <summary>Velocities of the parameters that have moved.</summary>
    public IEnumerable<KeyValuePair<string, Tensor>> Velocities => names.Zip(States()).Where(entry => entry.Second.momentum_buffer is not null)
        .Select(entry => KeyValuePair.Create(entry.First, entry.Second.momentum_buffer));

    /// <summary>Takes over velocities; what is not found is left as it is.</summary>
    public void Restore(Func<string, Tensor?> find, Device device)
    {
        foreach (var (name, state) in names.Zip(States()))
        {
            if (find(name) is { } velocity)
            {
                state.momentum_buffer?.Dispose();
                state.momentum_buffer = velocity.to(device).clone().DetachFromDisposeScope();
            }
        }
    }

    private IEnumerable<SGD.State> States() => optimizer.state_dict().State.Cast<SGD.State>();
}
