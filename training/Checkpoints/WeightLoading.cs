using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Gives a module the weights of a file.</summary>
internal static class WeightLoading
{
    /// <summary>Copies tensors into those of a module; a warning goes to the error stream when values are not finite.</summary>
    /// <param name="target">The module's tensors.</param>
    /// <param name="tensors">The file's.</param>
    /// <param name="path">The file.</param>
    /// <param name="unread">Tensors of the file that are not read: what each is.</param>
    /// <param name="hint">What may turn a foreign file into one that fits; null: nothing.</param>
    /// <exception cref="UserErrorException">
    /// A tensor is missing, left over or of another shape: the file is of another architecture.
    /// </exception>
    public static void Into(
        IEnumerable<KeyValuePair<string, Tensor>> target,
        IReadOnlyDictionary<string, Tensor> tensors,
        string path,
        IReadOnlyDictionary<string, string>? unread = null,
        ImportHint? hint = null)
    {
        using var _ = no_grad();
        var state = target.ToDictionary(entry => entry.Key, entry => entry.Value);
        if (WeightDifferences.Between(state, tensors, unread ?? new Dictionary<string, string>()) is { } differences)
        {
            var isForeign = tensors.Keys.Any(name => !state.ContainsKey(name));
            var remedy = hint is null || !isForeign ? "." : $"; pipeline-train import takes the network out of it: {hint.For(path)}";
            throw new UserErrorException($"{path}: the weights are of another architecture: {differences}{remedy}");
        }

        var notFinite = new Dictionary<string, long>(StringComparer.Ordinal);
        var negative = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var (name, value) in state)
        {
            if (value.is_floating_point())
            {
                FloatCheck.Require(path, name, tensors[name]);
            }

            value.copy_(tensors[name]);
            var count = FiniteCheck.NotFinite(value);
            if (count > 0)
            {
                notFinite.Add(name, count);
            }

            var negativeCount = VarianceCheck.Negative(name, value);
            if (negativeCount > 0)
            {
                negative.Add(name, negativeCount);
            }
        }

        if (notFinite.Count > 0)
        {
            Console.Error.WriteLine(FiniteCheck.Warning(path, notFinite));
        }

        if (negative.Count > 0)
        {
            Console.Error.WriteLine(VarianceCheck.Warning(path, negative));
        }
    }
}
