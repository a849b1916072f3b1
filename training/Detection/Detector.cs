using Pipeline.Training.Backbones;
using Pipeline.Training.Modules;
using Pipeline.Training.Onnx;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>A detector as training, checkpoints and export know it, whatever its architecture.</summary>
/// <param name="name">Name of the kind of module, for messages.</param>
public abstract class Detector(string name) : NamedModule(name)
{
    /// <summary>The architecture's name in a checkpoint, as <c>faster_rcnn</c>.</summary>
    public abstract string Architecture { get; }

    /// <summary>What it was built from, a record for checkpoint and manifest.</summary>
    public abstract object BuiltFrom { get; }

    /// <summary>Classes with the background, which is class 0.</summary>
    public abstract int NumClasses { get; }

    /// <summary>Detections score above this.</summary>
    public abstract double ScoreThreshold { get; }

    /// <summary>Detections of an image at most.</summary>
    public abstract int MaxDetections { get; }

    /// <summary>The element type that it computes in; weights, losses and statistics stay float32.</summary>
    public abstract ScalarType ComputeType { get; set; }

    /// <summary>Its backbone, if it has a residual one that can start from a file of its own.</summary>
    public virtual ResNet? ResidualBackbone => null;

    /// <summary>The size that the loader gives the 8-bit pixels of an image in training; null leaves them.</summary>
    /// <param name="size">Of the image.</param>
    /// <param name="minSizePixels">The shorter side that was chosen for it; null: the detector's.</param>
    public virtual (int Height, int Width)? LoadedSize((int Height, int Width) size, int? minSizePixels) => null;

    /// <summary>One training pass.</summary>
    /// <param name="images">uint8 [3, H, W], or float32 from 0 to 1, on the detector's device.</param>
    /// <param name="targets">Objects of each image, in its pixels.</param>
    /// <param name="minSizesPixels">The shorter side for each image; null: the detector's.</param>
    /// <returns>The losses, whose plain sum is minimized: scalars, in the caller's dispose scope.</returns>
    public abstract IReadOnlyList<NamedLoss> NamedLosses(
        IReadOnlyList<Tensor> images,
        IReadOnlyList<DetectionTarget> targets,
        IReadOnlyList<int>? minSizesPixels = null);

    /// <summary>Detections of images of any size; call <c>eval()</c> first.</summary>
    /// <param name="images">uint8 [3, H, W], or float32 from 0 to 1, on the detector's device.</param>
    /// <returns>Detections in pixels of each image, by falling score.</returns>
    public abstract IReadOnlyList<ImageDetections> Detect(IReadOnlyList<Tensor> images);

    /// <summary>
    /// The whole detector as one graph (contract version 1): <c>images</c> uint8 [N, H, W, 3] to <c>boxes</c>, <c>scores</c>,
    /// <c>labels</c>, <c>num_detections</c>.
    /// </summary>
    internal abstract OnnxGraph Emit();
}

/// <summary>One of a detector's losses.</summary>
/// <param name="Name">As metrics and curves call it, <c>lossObjectness</c> for one.</param>
/// <param name="Value">A scalar.</param>
public readonly record struct NamedLoss(string Name, Tensor Value);
