using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>The key encoder follows the query encoder slowly: p_key ← m·p_key + (1−m)·p_query (He et al. 2020, equation 2).</summary>
internal static class MomentumEncoder
{
    /// <summary>Makes the key encoder an exact copy that needs no gradient.</summary>
    public static void Copy(nn.Module query, nn.Module key)
    {
        using var _ = no_grad();
        foreach (var (target, source) in StateDict.InOrder(key).Zip(StateDict.InOrder(query)))
        {
            target.Value.copy_(source.Value);
            target.Value.requires_grad = false;
        }
    }

    /// <summary>Moves the parameters; buffers stay the key encoder's own, from its own batches.</summary>
    public static void Update(nn.Module query, nn.Module key, double momentum)
    {
        using var _ = no_grad();
        foreach (var (target, source) in key.parameters().Zip(query.parameters()))
        {
            target.mul_(momentum).add_(source, alpha: 1 - momentum);
        }
    }
}
