using static TorchSharp.torch;

namespace Pipeline.Training.Probing;

/// <summary>Multinomial logistic regression on frozen, standardised features.</summary>
internal static class LinearProbe
{
    private const int Steps = 300;
    private const double LearningRate = 0.02, WeightDecay = 1e-3;

    /// <inheritdoc cref="NearestNeighbors.Classify"/>
    public static Tensor Classify(Tensor known, Tensor labels, Tensor asked, int classes)
    {
        using var scope = NewDisposeScope();
        var mean = known.mean([0]);
        var std = known.std(0) + 1e-6;
        var inputs = (known - mean) / std;
        using var weight = new TorchSharp.Modules.Parameter(zeros(known.shape[1], classes, device: known.device));
        using var bias = new TorchSharp.Modules.Parameter(zeros(classes, device: known.device));
        using var optimizer = optim.AdamW([weight, bias], LearningRate, weight_decay: WeightDecay);
        for (var step = 0; step < Steps; step++)
        {
            using var inner = NewDisposeScope();
            optimizer.zero_grad();
            nn.functional.cross_entropy(inputs.mm(weight) + bias, labels).backward();
            optimizer.step();
        }

        using var _ = no_grad();
        return (((asked - mean) / std).mm(weight) + bias).argmax(1).MoveToOuterDisposeScope();
    }
}
