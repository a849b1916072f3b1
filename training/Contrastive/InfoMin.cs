using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>What a step computed, without gradient; tensors live in the caller's dispose scope.</summary>
/// <param name="Query">[N, D]</param>
/// <param name="Key">[N, D]</param>
/// <param name="Logits">[N, 1 + K]</param>
/// <param name="Loss">InfoNCE of the plain branch.</param>
/// <param name="JigsawLoss">InfoNCE of the jigsaw branch.</param>
/// <param name="Total">What was minimised.</param>
internal sealed record ContrastiveStep(Tensor Query, Tensor Key, Tensor Logits, Tensor Loss, Tensor? JigsawLoss, Tensor Total)
{
    /// <summary>The step of a batch that was computed in parts.</summary>
    public static ContrastiveStep Join(ContrastiveStep[] parts)
    {
        var count = parts.Sum(part => part.Query.shape[0]);
        Tensor Rows(Func<ContrastiveStep, Tensor> value) => cat([.. parts.Select(value)]);
        Tensor Mean(Func<ContrastiveStep, Tensor> value) => parts.Select(part => value(part) * ((double)part.Query.shape[0] / count)).Aggregate((sum, next) => sum + next);
        return new ContrastiveStep(
            Rows(part => part.Query), Rows(part => part.Key), Rows(part => part.Logits), Mean(part => part.Loss),
            parts[0].JigsawLoss is null ? null : Mean(part => part.JigsawLoss!), Mean(part => part.Total));
    }
}

/// <summary>Contrastive training with a queue and a momentum encoder, and InfoMin's second branch of shuffled patches (He et al. 2020; Tian et al. 2020; PyContrast's <c>contrast_trainer.py</c>).</summary>
/// <param name="options">The method.</param>
/// <param name="query">Learns.</param>
/// <param name="key">Follows.</param>
/// <param name="queue">The negatives.</param>
/// <param name="optimizer">Of the query's parameters.</param>
internal sealed class InfoMin(ContrastiveOptions options, ContrastiveModel query, ContrastiveModel key, FeatureQueue queue, optim.Optimizer optimizer)
{
    /// <summary>Forward, backward, optimiser, queue and momentum encoder. Call it inside a dispose scope.</summary>
    /// <param name="batch">On the models' device.</param>
    /// <param name="shuffle">Shuffles the keys, where they are computed in parts.</param>
    public ContrastiveStep Step(ContrastiveBatch batch, RandomNumbers? shuffle = null)
    {
        if (options.MomentumUpdate == MomentumUpdate.BeforeKeys)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }

        optimizer.zero_grad();
        ContrastiveStep[] parts = [.. batch.Split(options.MicroBatches).Select(part => Backward(part, (double)part.Count / batch.Count, shuffle))];
        var step = parts is [var whole] ? whole : ContrastiveStep.Join(parts);
        queue.Enqueue(step.Key);   // only now: the backward passes needed the rows as they were
        optimizer.step();
        if (options.MomentumUpdate == MomentumUpdate.AfterStep)
        {
            MomentumEncoder.Update(query, key, options.Momentum);
        }

        return step;
    }

    private ContrastiveStep Backward(ContrastiveBatch batch, double share, RandomNumbers? shuffle)
    {
        var keys = Keys(batch.Key, shuffle);
        var queries = query.Project(batch.Query);
        var logits = InfoNce.Logits(queries, keys, queue.Rows, options.Temperature);
        var loss = InfoNce.Loss(logits);
        var (jigsawLoss, total) = ((Tensor?)null, loss);
        if (options.Jigsaw)
        {
            var shuffled = query.ProjectJigsaw(batch.Patches!, batch.PatchOrder!);
            jigsawLoss = InfoNce.Loss(InfoNce.Logits(shuffled, keys, queue.Rows, options.Temperature));
            total = (1 - options.JigsawWeight) * loss + options.JigsawWeight * jigsawLoss;
        }

        (share == 1 ? total : share * total).backward();
        return new ContrastiveStep(queries.detach(), keys, logits.detach(), loss.detach(), jigsawLoss?.detach(), total.detach());
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
