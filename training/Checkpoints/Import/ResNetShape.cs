using Pipeline.Shared;
using Pipeline.Training.Backbones;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>Tells a residual network's architecture and width from its weights.</summary>
internal static class ResNetShape
{
    private const double PublishedWidth = 64;
    private const int MostChannels = 512;
    private static readonly string[] Architectures = ["resnet18", "resnet34", "resnet50", "resnet101"];

    /// <param name="weights">Canonical names.</param>
    /// <param name="source">The file, for messages.</param>
    /// <exception cref="UserErrorException">It is none that can be built here.</exception>
    public static ResNetOptions Of(IReadOnlyDictionary<string, Tensor> weights, string source)
    {
        if (!weights.TryGetValue("conv1.weight", out var first) || first.dim() != 4)
        {
            throw new UserErrorException($"{source}: there is no residual network in it: conv1.weight is not a convolution.");
        }

        if (first.shape[0] > MostChannels)
        {
            throw new UserErrorException(
                $"{source}: the first convolution of its network has {first.shape[0]} channels; {MostChannels} are the most "
                + "that can be built.");
        }

        int[] blocks = [
            .. Enumerable.Range(1, 4).Select(
                layer => Enumerable.Range(0, 100).TakeWhile(block => weights.ContainsKey($"layer{layer}.{block}.conv1.weight")).Count())];
        var bottleneck = weights.ContainsKey("layer1.0.conv3.weight");
        if (blocks.Contains(0))
        {
            throw new UserErrorException(
                $"{source}: its network has {string.Join(", ", blocks)} blocks in its four stages; each needs one at least.");
        }

        ResNetOptions[] known = [.. Architectures.Select(name => new ResNetOptions
        {
            Architecture = name,
            WidthMultiplier = first.shape[0] / PublishedWidth,
            BatchNorm = BatchNormMode.Train,
        }).Where(options => options.IsBottleneck == bottleneck)];
        return known.FirstOrDefault(options => options.BlocksPerLayer.SequenceEqual(blocks)) ?? known[0] with { Blocks = blocks };
    }
}
