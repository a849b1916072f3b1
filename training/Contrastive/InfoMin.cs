using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>What a forward pass gave; tensors live in the caller's dispose scope, and the losses have their gradient's graph.</summary>
/// <param name="Query">[N, D], without gradient.</param>
/// <param name="Key">[N, D], without gradient.</param>
/// <param name="Logits">[N, 1 + K], without gradient.</param>
/// <param name="Loss">InfoNCE of the plain branch.</param>
/// <param name="JigsawLoss">InfoNCE of the jigsaw branch; null without it.</param>
/// <param name="Total">What is minimized.</param>
internal sealed record ContrastivePass(Tensor Query, Tensor Key, Tensor Logits, Tensor Loss, Tensor? JigsawLoss, Tensor Total);

/// <summary>
/// Contrastive training with a queue and a momentum encoder, and InfoMin's second branch of shuffled patches (He et al. 2020; Tian et
/// al. 2020; PyContrast's <c>contrast_trainer.py</c>). A step is <see cref="BeginStep"/>, the forward pass of each part with its
/// backward pass, the optimizer's step, <see cref="AfterStep"/>.
/// </summary>
/// <param name="options">The method.</param>
/// <param name="query">The encoder that learns by gradient descent.</param>
/// <param name="key">The momentum encoder: a moving average of the query encoder.</param>
/// <param name="queue">The negatives.</param>
internal sealed class InfoMin(ContrastiveOptions options, ContrastiveModel query, ContrastiveModel key, FeatureQueue queue)
{
    /// <summary>
    /// Before the keys: in MoCo's own order the momentum encoder moves here, towards weights that the step before has checked.
    /// </summary>
    public void BeginStep()
    {
        if (options.MomentumUpdate == MomentumUpdate.BeforeKeys)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }
    }

    /// <summary>The forward pass of a batch or a part of it; the queue stays as it is.</summary>
    /// <param name="batch">On the models' device.</param>
    /// <param name="shuffle">Shuffles the keys, where they are computed in parts.</param>
    public ContrastivePass Forward(ContrastiveBatch batch, RandomNumbers? shuffle = null)
    {
        var keys = Keys(batch.Key, shuffle);
        var queries = query.Project(batch.Query);
        var logits = InfoNce.Logits(queries, keys, queue.Rows, options.Temperature);
        var loss = InfoNce.Loss(logits);
        if (!options.Jigsaw)
        {
            return new ContrastivePass(
                Query: queries.detach(), Key: keys, Logits: logits.detach(), Loss: loss, JigsawLoss: null, Total: loss);
        }

        var shuffled = query.ProjectJigsaw(batch.Patches!, batch.PatchOrder!);
        var jigsawLoss = InfoNce.Loss(InfoNce.Logits(shuffled, keys, queue.Rows, options.Temperature));
        var total = (1 - options.JigsawWeight) * loss + options.JigsawWeight * jigsawLoss;
        return new ContrastivePass(
            Query: queries.detach(), Key: keys, Logits: logits.detach(), Loss: loss, JigsawLoss: jigsawLoss, Total: total);
    }

    /// <summary>Behind the optimizer's step: the keys become negatives, and the momentum encoder follows (InfoMin's order).</summary>
    /// <param name="keys">[N, D] of the whole batch.</param>
    public void AfterStep(Tensor keys)
    {
        queue.Enqueue(keys);
        if (options.MomentumUpdate == MomentumUpdate.AfterStep)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }
    }

    private Tensor Keys(Tensor views, RandomNumbers? shuffle)
    {
        using var _ = no_grad();
        var sizes = BatchParts.Sizes((int)views.shape[0], options.KeySubBatches);
        if (sizes.Length == 1)
        {
            return key.Project(views);
        }

        var order = tensor(shuffle!.Permutation((int)views.shape[0]), dtype: int64).OnDevice(views.device);
        var shuffled = cat([.. views.index_select(0, order).split(sizes).Select(key.Project)]);
        return shuffled.index_select(0, order.argsort());
    }
}
