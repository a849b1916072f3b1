using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>What SGD moves, and with which weight decay.</summary>
internal static class ParameterGroups
{
    /// <param name="module">Its parameters that learn, in their order.</param>
    /// <param name="weightDecay">Of all.</param>
    /// <param name="normWeightDecay">Of weights and biases of batch norms; null: as all.</param>
    /// <returns>Names and parameters by weight decay; a group without parameters is left out.</returns>
    public static IReadOnlyList<(
        double WeightDecay,
        IReadOnlyList<(string Name, Parameter Parameter)> Parameters)> Of(nn.Module module, double weightDecay, double? normWeightDecay)
    {
        var norms = module.named_modules()
            .Where(entry => entry.module is BatchNorm2d)
            .Select(entry => entry.name)
            .ToHashSet(StringComparer.Ordinal);
        return [.. module.named_parameters().Where(entry => entry.parameter.requires_grad)
            .GroupBy(
                entry => normWeightDecay is { } decay && norms.Contains(entry.name[..entry.name.LastIndexOf('.')]) ? decay : weightDecay)
            .Select(group => (group.Key, (IReadOnlyList<(string, Parameter)>)[.. group]))];
    }
}
