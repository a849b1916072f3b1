using Pipeline.Shared;
using Pipeline.Training.Data;
using Pipeline.Training.Detection;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>One step of SGD on a batch of frames.</summary>
/// <param name="detector">In training mode, on <paramref name="device"/>.</param>
/// <param name="optimizer">Moves the detector's parameters.</param>
/// <param name="options">Micro-batches and clipping.</param>
/// <param name="device">The one place where a step's tensors go.</param>
/// <param name="scaler">Of float16; null: none.</param>
internal sealed class FinetuneStep(FasterRcnn detector, SGD optimizer, FinetuneOptions options, Device device, LossScaler? scaler)
{
    /// <summary>Backward pass and step; the batch's losses come to the host once.</summary>
    /// <param name="batch">The frames; on the CPU.</param>
    /// <param name="number">Of the step, for messages.</param>
    /// <exception cref="UserErrorException">The loss is not finite; the weights are as before the step.</exception>
    public DetectorLossValues Run(DetectionBatch batch, long number)
    {
        using var pause = CollectionPause.Begin();
        using var scope = NewDisposeScope();
        detector.zero_grad();
        var losses = Backward(batch);
        var moves = scaler is null || scaler.Unscale(detector.parameters());
        if (moves && options.ClipGradientNorm > 0)
        {
            GradientClipping.Clip(detector.parameters(), options.ClipGradientNorm);
        }

        var values = losses.HostFloats();   // before the step: a loss that is not finite must not move the weights
        var result = new DetectorLossValues(values.Sum(), values[0], values[1], values[2], values[3]);
        if (!moves && scaler!.Scale >= LossScaler.LeastScale)
        {
            return result;   // an overflow: the step is left out
        }

        if (!moves || !double.IsFinite(result.Loss))
        {
            throw new UserErrorException($"the loss is {result.Loss}{(moves ? "" : ", its gradients are not finite,")} in step {number} on the frames {string.Join(", ", batch.Frames)}; lower the learning rate, or look at these frames' labels.");
        }

        optimizer.step();
        return result;
    }

    /// <summary>Adds the gradients of all micro-batches, each by its share of the images.</summary>
    /// <returns>The four losses, [4].</returns>
    private Tensor Backward(DetectionBatch batch)
    {
        var sum = zeros(4, device: device);
        var size = (batch.Images.Count + options.MicroBatches - 1) / options.MicroBatches;
        for (var first = 0; first < batch.Images.Count; first += size)
        {
            using var part = NewDisposeScope();
            var images = batch.Images.Skip(first).Take(size).Select(image => image.to(device, non_blocking: true)).ToArray();
            var targets = batch.Targets.Skip(first).Take(size).Select(target => target.To(device)).ToArray();
            var losses = detector.Losses(images, targets, batch.MinSizesPixels?.Skip(first).Take(size).ToArray());
            var share = images.Length / (double)batch.Images.Count;
            (losses.Sum() * (share * (scaler?.Scale ?? 1))).backward();
            sum.add_(stack([losses.Classifier, losses.BoxReg, losses.Objectness, losses.RpnBoxReg]).detach() * share);
        }

        return sum;
    }
}

/// <summary>A step's losses; torchvision's four and their sum.</summary>
/// <param name="Loss">The sum.</param>
/// <param name="LossClassifier">Of the box head's classes.</param>
/// <param name="LossBoxReg">Of the box head's deltas.</param>
/// <param name="LossObjectness">Of the proposals' objectness.</param>
/// <param name="LossRpnBoxReg">Of the proposals' deltas.</param>
internal readonly record struct DetectorLossValues(double Loss, double LossClassifier, double LossBoxReg, double LossObjectness, double LossRpnBoxReg);
