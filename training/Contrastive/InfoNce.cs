using static TorchSharp.torch;

namespace Pipeline.Training.Contrastive;

/// <summary>
/// The contrastive loss: among its positive and every key of the queue, a query should find its positive (van den Oord et al. 2018; He
/// et al. 2020, equation 1).
/// </summary>
internal static class InfoNce
{
    /// <param name="query">[N, D], unit length.</param>
    /// <param name="positive">[N, D], unit length, without gradient.</param>
    /// <param name="queue">[K, D], unit length.</param>
    /// <param name="temperature">Divides the similarities.</param>
    /// <returns>[N, 1 + K]; the positive is column 0.</returns>
    public static Tensor Logits(Tensor query, Tensor positive, Tensor queue, double temperature) =>
        cat([(query * positive).sum(1, keepdim: true), query.mm(queue.t())], 1) / temperature;

    /// <summary>Mean cross-entropy against column 0.</summary>
    public static Tensor Loss(Tensor logits) =>
        nn.functional.cross_entropy(logits, zeros(logits.shape[0], dtype: int64, device: logits.device));

    /// <summary>Share of the rows whose positive is the largest, as a tensor of one element, 0..1.</summary>
    public static Tensor Top1(Tensor logits) => logits.argmax(1).eq(0).to(float32).mean();
}
