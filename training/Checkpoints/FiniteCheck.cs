using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints;

/// <summary>Finds weights that are infinite or not a number: whatever is computed with them is lost.</summary>
internal static class FiniteCheck
{
    /// <summary>How many values of a tensor are not finite.</summary>
    public static long NotFinite(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.is_floating_point() ? tensor.numel() - tensor.isfinite().sum().item<long>() : 0;
    }

    /// <summary>A warning, for one line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="counts">Names and how many values of each are not finite.</param>
    public static string Warning(string path, IReadOnlyDictionary<string, long> counts) =>
        $"warning: {path}: weights that are infinite or not a number: {WeightCounts.Text(counts)}; nothing can be computed with them";
}
