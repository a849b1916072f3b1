using Pipeline.Shared;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>One step: forward and backward pass of each part of a batch, the check of the loss, and only then whatever moves.</summary>
/// <param name="training">What is trained.</param>
/// <param name="optimization">Moves its weights.</param>
/// <param name="options">Micro-batches.</param>
internal sealed class TrainingStep<TBatch>(ITraining<TBatch> training, Optimization optimization, LoopOptions options)
    where TBatch : ITrainingBatch<TBatch>
{
    /// <summary>Name of what is minimized among a step's numbers.</summary>
    public const string Loss = "loss";

    /// <summary>Runs one step; its numbers come to the host in one copy.</summary>
    /// <param name="batch">On the host.</param>
    /// <param name="step">From 0.</param>
    /// <returns>The numbers by name, <see cref="Loss"/> first.</returns>
    /// <exception cref="UserErrorException">The loss is not finite; nothing has moved.</exception>
    public IReadOnlyDictionary<string, double> Run(TBatch batch, long step)
    {
        using var scope = NewDisposeScope();
        training.BeginStep(step);
        training.Model.zero_grad();
        var names = new List<string>();
        var sum = Backward(batch, names);
        var gradientsAreFinite = optimization.Prepare();
        var numbers = sum.HostFloats();   // before the step: a loss that is not finite must not move anything
        var values = names.Zip(numbers).ToDictionary(entry => entry.First, entry => (double)entry.Second);
        if (!gradientsAreFinite && optimization.MayTryAgain)
        {
            return values;   // an overflow: the step is left out
        }

        if (!gradientsAreFinite || !double.IsFinite(values[Loss]))
        {
            var gradients = gradientsAreFinite ? "" : ", its gradients are not finite,";
            throw new UserErrorException(
                $"the loss is {values[Loss]}{gradients} in step {step} on {batch.Description}; lower the learning rate, or inspect them.");
        }

        optimization.Step();
        training.AfterStep();
        return values;
    }

    /// <summary>Adds the gradients of all parts, each by its share of the images.</summary>
    /// <param name="batch">The whole batch.</param>
    /// <param name="names">Receives the names of the numbers.</param>
    /// <returns>The numbers, weighted in the same way, [n].</returns>
    private Tensor Backward(TBatch batch, List<string> names)
    {
        Tensor? sum = null;
        foreach (var part in batch.Split(options.MicroBatches))
        {
            using var scope = NewDisposeScope();
            var losses = training.Losses(part);
            var fraction = (double)part.Count / batch.Count;
            (losses.Minimized * (fraction * optimization.LossFactor)).backward();
            var numbers = stack([losses.Minimized.detach(), .. losses.Values.Select(value => value.Value.detach())]) * fraction;
            if (sum is null)
            {
                names.AddRange([Loss, .. losses.Values.Select(value => value.Key)]);
                sum = numbers.MoveToOuterDisposeScope();
            }
            else
            {
                sum.add_(numbers);
            }
        }

        return sum!;
    }
}
