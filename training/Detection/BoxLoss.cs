using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Smooth L1 of box deltas (Girshick 2015, equation 3), or plain L1.</summary>
internal static class BoxLoss
{
    /// <param name="deltas">[P, 4]</param>
    /// <param name="targets">[P, 4]</param>
    /// <param name="beta">Where the square turns into a line; 0 is L1.</param>
    /// <returns>The sum over all, a scalar.</returns>
    public static Tensor Sum(Tensor deltas, Tensor targets, double beta) => beta > 0
        ? nn.functional.smooth_l1_loss(deltas, targets, nn.Reduction.Sum, beta)
        : nn.functional.l1_loss(deltas, targets, nn.Reduction.Sum);
}
