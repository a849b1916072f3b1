using Pipeline.Shared;
using Pipeline.Shared.Imaging;
using Pipeline.Training.Data;
using Pipeline.Training.Onnx.Quantization;
using static TorchSharp.torch;

namespace Pipeline.Training.Detection.Export;

/// <summary>The images whose activations set the ranges of an int8 model.</summary>
public static class CalibrationSet
{
    /// <summary>Images that are taken at most: more hardly change a range.</summary>
    public const int Most = 100;

    private const ulong Seed = 22;

    /// <param name="source">A folder of images, at any depth, or a list file with one path a line.</param>
    /// <returns>At most <see cref="Most"/> of them, the same each time, in the order of their names.</returns>
    /// <exception cref="UserErrorException">The source is missing, holds no image or names one twice.</exception>
    public static IReadOnlyList<string> Choose(string source)
    {
        var files = UnlabeledImages.Of(source).Files.Order(StringComparer.Ordinal).ToArray();
        if (files.Length <= Most)
        {
            return files;
        }

        var chosen = new RandomNumbers(Seed, "calibration").Permutation(files.Length).Take(Most);
        return [.. chosen.Order().Select(index => files[index])];
    }

    /// <param name="files">Image files.</param>
    /// <param name="limits">What is decoded.</param>
    /// <returns>What the detector's graph is given: each image as a batch of its own.</returns>
    internal static IReadOnlyList<CalibrationSample> Samples(IReadOnlyList<string> files, ImageLimits limits) =>
        [.. files.Select(file => new CalibrationSample(file, () => Inputs(file, limits)))];

    private static Dictionary<string, Tensor> Inputs(string file, ImageLimits limits)
    {
        using var image = ImageDecoder.DecodeFile(file, limits);
        var batch = empty(1, image.HeightPixels, image.WidthPixels, 3, dtype: uint8);
        image.Pixels.CopyTo(batch.bytes);
        return new Dictionary<string, Tensor> { ["images"] = batch };
    }
}
