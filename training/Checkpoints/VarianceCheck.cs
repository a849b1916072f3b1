using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Finds variances of batch norms that are less than zero, whose root is no number.</summary>
internal static class VarianceCheck
{
    /// <summary>How many values of a variance are negative; none for a weight of another name.</summary>
    public static long Negative(string name, Tensor tensor)
    {
        if (!name.EndsWith("running_var", StringComparison.Ordinal))
        {
            return 0;
        }

        using var scope = NewDisposeScope();
        return tensor.lt(0).sum().item<long>();
    }

    /// <summary>A warning, for one line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="counts">Names and how many values of each are negative.</param>
    public static string Warning(string path, IReadOnlyDictionary<string, long> counts) =>
        $"warning: {path}: variances that are less than zero: {WeightCounts.Text(counts)}; nothing can be computed with them";
}
