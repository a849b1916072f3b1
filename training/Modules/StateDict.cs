using static TorchSharp.torch;

namespace Pipeline.Training.Modules;

/// <summary>Parameters and buffers in PyTorch's order: module by module, parameters before buffers before children.</summary>
public static class StateDict
{
    private const string BatchCounter = "num_batches_tracked";

    /// <summary>Names and tensors; writing to a tensor changes the module.</summary>
    public static IEnumerable<KeyValuePair<string, Tensor>> InOrder(nn.Module module, string prefix = "")
    {
        foreach (var (name, parameter) in module.named_parameters(recurse: false))
        {
            yield return new(prefix + name, parameter);
        }

        foreach (var (name, buffer) in module.named_buffers(recurse: false))
        {
            yield return new(prefix + name, buffer);
        }

        foreach (var (name, child) in module.named_children())
        {
            foreach (var entry in InOrder(child, $"{prefix}{name}."))
            {
                yield return entry;
            }
        }
    }

    /// <summary>Tensors without the batch norms' counters of batches, which frozen norms do not have and nothing needs.</summary>
    public static Dictionary<string, Tensor> WithoutCounters(IEnumerable<KeyValuePair<string, Tensor>> tensors) =>
        tensors.Where(entry => !entry.Key.EndsWith(BatchCounter, StringComparison.Ordinal)).ToDictionary();
}
