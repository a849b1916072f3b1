using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>What a step computed; tensors live in the caller's dispose scope.</summary>
/// <param name="Query">[N, D]</param>
/// <param name="Key">[N, D]</param>
/// <param name="Logits">[N, 1 + K]</param>
/// <param name="Loss">InfoNCE of the plain branch.</param>
/// <param name="JigsawLoss">InfoNCE of the jigsaw branch.</param>
/// <param name="Total">What was minimised.</param>
internal sealed record ContrastiveStep(Tensor Query, Tensor Key, Tensor Logits, Tensor Loss, Tensor? JigsawLoss, Tensor Total);

/// <summary>Contrastive training with a queue and a momentum encoder, and InfoMin's second branch of shuffled patches (He et al. 2020; Tian et al. 2020; PyContrast's <c>contrast_trainer.py</c>).</summary>
/// <param name="options">The method.</param>
/// <param name="query">Learns.</param>
/// <param name="key">Follows.</param>
/// <param name="queue">The negatives.</param>
/// <param name="optimizer">Of the query's parameters.</param>
/// <param name="shuffle">Shuffles the keys, where they are computed in parts.</param>
internal sealed class InfoMin(ContrastiveOptions options, ContrastiveModel query, ContrastiveModel key, FeatureQueue queue, optim.Optimizer optimizer, RandomNumbers? shuffle = null)
{
    /// <summary>Forward, backward, optimiser, queue and momentum encoder. Call it inside a dispose scope.</summary>
    public ContrastiveStep Step(ContrastiveBatch batch)
    {
        if (options.MomentumUpdate == MomentumUpdate.BeforeKeys)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }

        var keys = Keys(batch.Key);
        var queries = query.Project(batch.Query);
        var negatives = queue.Rows.clone();   // the rows as they are now: the backward pass needs them after the queue has moved
        var logits = InfoNce.Logits(queries, keys, negatives, options.Temperature);
        var loss = InfoNce.Loss(logits);
        var (jigsawLoss, total) = ((Tensor?)null, loss);
        if (options.Jigsaw)
        {
            var shuffled = query.ProjectJigsaw(batch.Patches!, batch.PatchOrder!);
            jigsawLoss = InfoNce.Loss(InfoNce.Logits(shuffled, keys, negatives, options.Temperature));
            total = (1 - options.JigsawWeight) * loss + options.JigsawWeight * jigsawLoss;
        }

        queue.Enqueue(keys);
        optimizer.zero_grad();
        total.backward();
        optimizer.step();
        if (options.MomentumUpdate == MomentumUpdate.AfterStep)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }

        return new ContrastiveStep(queries, keys, logits, loss, jigsawLoss, total);
    }

    private Tensor Keys(Tensor views)
    {
        using var _ = no_grad();
        if (options.KeySubBatches == 1)
        {
            return key.Project(views);
        }

        var order = tensor(shuffle!.Permutation((int)views.shape[0]), dtype: int64, device: views.device);
        var shuffled = cat([.. views.index_select(0, order).chunk(options.KeySubBatches).Select(key.Project)]);
        return shuffled.index_select(0, order.argsort());
    }
}
