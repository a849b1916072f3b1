using Pipeline.Training.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>One batch for a step.</summary>
/// <param name="Query">First views, float32 [N, 3, H, W], normalised.</param>
/// <param name="Key">Second views, of the same shape.</param>
/// <param name="Patches">float32 [9N, 3, h, w]; null without the jigsaw branch.</param>
/// <param name="PatchOrder">int64 [N, 9]; null without the jigsaw branch.</param>
internal sealed record ContrastiveBatch(Tensor Query, Tensor Key, Tensor? Patches = null, Tensor? PatchOrder = null)
    : ITrainingBatch<ContrastiveBatch>
{
    /// <summary>The number of images, N.</summary>
    public int Count => (int)Query.shape[0];

    /// <summary>The images' files, for messages.</summary>
    public IReadOnlyList<string> Files { get; init; } = [];

    /// <inheritdoc />
    public string Description => $"the images {string.Join(", ", Files)}";

    /// <summary>The batch on a device; what already exists is shared.</summary>
    public ContrastiveBatch To(Device device) => this with
    {
        Query = Query.to(device, non_blocking: true),
        Key = Key.to(device, non_blocking: true),
        Patches = Patches?.to(device, non_blocking: true),
        PatchOrder = PatchOrder?.to(device, non_blocking: true),
    };

    /// <inheritdoc />
    public IEnumerable<ContrastiveBatch> Split(int parts)
    {
        if (parts == 1)
        {
            yield return this;
            yield break;
        }

        long first = 0;
        foreach (var count in BatchParts.Sizes(Count, parts))
        {
            yield return new ContrastiveBatch(
                Query.narrow(0, first, count), Key.narrow(0, first, count),
                Patches?.narrow(0, first * JigsawHead.Patches, count * JigsawHead.Patches), PatchOrder?.narrow(0, first, count));
            first += count;
        }
    }

    public void Dispose()
    {
        Query.Dispose();
        Key.Dispose();
        Patches?.Dispose();
        PatchOrder?.Dispose();
    }
}
