using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>The objects of one training image.</summary>
/// <param name="Boxes">float32 [G, 4], pixels of the image; G may be 0.</param>
/// <param name="Labels">int64 [G], 1..NumClasses−1.</param>
public sealed record DetectionTarget(Tensor Boxes, Tensor Labels) : IDisposable
{
    /// <summary>float32 [D, 4], regions where nothing counts as background (KITTI's DontCare); null: none.</summary>
    public Tensor? Ignore { get; init; }

    /// <summary>The target on a device.</summary>
    public DetectionTarget To(Device device) =>
        new(Boxes.to(device, non_blocking: true), Labels.to(device, non_blocking: true))
        {
            Ignore = Ignore?.to(device, non_blocking: true),
        };

    /// <summary>Frees the tensors.</summary>
    public void Dispose()
    {
        Boxes.Dispose();
        Labels.Dispose();
        Ignore?.Dispose();
    }
}

/// <summary>What the detector found in one image, by falling score.</summary>
/// <param name="Boxes">float32 [D, 4], pixels of the input image.</param>
/// <param name="Scores">float32 [D], 0..1.</param>
/// <param name="Labels">int64 [D], 1..NumClasses−1.</param>
public sealed record ImageDetections(Tensor Boxes, Tensor Scores, Tensor Labels);

/// <summary>The four losses of Faster R-CNN, scalars.</summary>
/// <param name="Classifier">Cross-entropy of the box head.</param>
/// <param name="BoxReg">Smooth L1 of the box head's deltas.</param>
/// <param name="Objectness">Binary cross-entropy of the proposals.</param>
/// <param name="RpnBoxReg">Smooth L1 of the proposals' deltas.</param>
public sealed record DetectorLosses(Tensor Classifier, Tensor BoxReg, Tensor Objectness, Tensor RpnBoxReg)
{
    /// <summary>The plain sum, a scalar.</summary>
    public Tensor Sum() => Classifier + BoxReg + Objectness + RpnBoxReg;
}
