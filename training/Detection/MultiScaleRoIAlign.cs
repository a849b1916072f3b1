using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>
/// RoIAlign that reads every box from the pyramid level of its size (Lin et al. 2017, equation 1; torchvision's class of this name).
/// </summary>
/// <param name="outputSize">Side of the result.</param>
/// <param name="samplingRatio">Sample points along a side of a cell; 0: as many as it has map positions.</param>
/// <param name="aligned">detectron2's shift by half a position, and its rule of levels.</param>
/// <param name="strides">Pixels between map positions; null: what the sizes give.</param>
internal sealed partial class MultiScaleRoIAlign(
    int outputSize, int samplingRatio, bool aligned = false, IReadOnlyList<int>? strides = null)
{
    private const double CanonicalScalePixels = 224;
    private const double CanonicalLevel = 4;
    private const double LevelEpsilon = 1e-6, AlignedLevelEpsilon = 1e-8;
    private readonly RoIAlign align = new(outputSize, outputSize, samplingRatio, aligned);

    /// <summary>Map positions a pixel of each level, rounded to a power of two.</summary>
    public static double[] Scales(IReadOnlyList<Tensor> features, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        var height = imageSizes.Max(size => size.Height);
        return [.. features.Select(feature => Math.Pow(2, Math.Round(Math.Log2((double)feature.shape[2] / height))))];
    }

    /// <returns>int64 [K], counted from 0.</returns>
    public static Tensor Levels(Tensor boxes, IReadOnlyList<double> scales, bool aligned = false)
    {
        var lowest = -Math.Log2(scales[0]);
        var highest = -Math.Log2(scales[^1]);
        var scale = TensorBoxes.Area(boxes).sqrt() / CanonicalScalePixels;
        var level = (aligned ? CanonicalLevel + (scale + AlignedLevelEpsilon).log2() : CanonicalLevel + scale.log2() + LevelEpsilon)
            .floor();
        return (level.clamp(lowest, highest) - lowest).to(int64);
    }

    /// <param name="features">Maps [N, C, H_l, W_l], without the subsampled last level.</param>
    /// <param name="boxes">[P_i, 4] of each image.</param>
    /// <param name="imageSizes">Sizes before padding.</param>
    /// <returns>[ΣP, C, P, P]</returns>
    public Tensor Pool(IReadOnlyList<Tensor> features, IReadOnlyList<Tensor> boxes, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        var all = cat([.. boxes]);
        var images = cat([.. boxes.Select((list, image) => full([list.shape[0]], image, dtype: int64, device: all.device))]);
        var scales = strides is null ? Scales(features, imageSizes) : [.. strides.Take(features.Count).Select(stride => 1.0 / stride)];
        return align.Pool(features, scales, all, images, Levels(all, scales, aligned));
    }
}
