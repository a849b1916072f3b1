using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>RoIAlign that reads every box from the pyramid level of its size (Lin et al. 2017, equation 1; torchvision's class of this name).</summary>
internal sealed partial class MultiScaleRoIAlign(int outputSize, int samplingRatio)
{
    private const double CanonicalScalePixels = 224;
    private const double CanonicalLevel = 4;
    private readonly RoIAlign align = new(outputSize, outputSize, samplingRatio);

    /// <summary>Map positions a pixel of each level, rounded to a power of two.</summary>
    public static double[] Scales(IReadOnlyList<Tensor> features, IReadOnlyList<(int Height, int Width)> imageSizes)
    {
        var height = imageSizes.Max(size => size.Height);
        return [.. features.Select(feature => Math.Pow(2, Math.Round(Math.Log2((double)feature.shape[2] / height))))];
    }

    /// <returns>int64 [K], counted from 0.</returns>
    public static Tensor Levels(Tensor boxes, IReadOnlyList<double> scales)
    {
        var (lowest, highest) = (-Math.Log2(scales[0]), -Math.Log2(scales[^1]));
        var level = (CanonicalLevel + (TensorBoxes.Area(boxes).sqrt() / CanonicalScalePixels).log2() + 1e-6).floor();
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
        var scales = Scales(features, imageSizes);
        return align.Pool(features, scales, all, images, Levels(all, scales));
    }
}
