using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>One batch for a step.</summary>
/// <param name="Query">First views, float32 [N, 3, H, W], normalised.</param>
/// <param name="Key">Second views, of the same shape.</param>
/// <param name="Patches">float32 [9N, 3, h, w]; null without the jigsaw branch.</param>
/// <param name="PatchOrder">int64 [N, 9]; null without the jigsaw branch.</param>
internal sealed record ContrastiveBatch(Tensor Query, Tensor Key, Tensor? Patches = null, Tensor? PatchOrder = null) : IDisposable
{
    /// <summary>The batch on a device; what is there already is shared.</summary>
    public ContrastiveBatch To(Device device) => new(Query.to(device), Key.to(device), Patches?.to(device), PatchOrder?.to(device));

    public void Dispose()
    {
        Query.Dispose();
        Key.Dispose();
        Patches?.Dispose();
        PatchOrder?.Dispose();
    }
}
