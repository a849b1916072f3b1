using Pipeline.Training.Backbones;
using Pipeline.Training.Modules;
using static TorchSharp.torch;

namespace Pipeline.Training.Checkpoints.Import;

/// <summary>What a network takes as an image: (pixel − mean) / std, channel by channel; pixels from 0 to 255.</summary>
/// <param name="IsBgr">Whether its first channel is blue; else red.</param>
/// <param name="Mean">Of red, green and blue, whatever the order of the channels.</param>
/// <param name="Std">Of red, green and blue.</param>
public sealed record InputConvention(bool IsBgr, IReadOnlyList<double> Mean, IReadOnlyList<double> Std)
{
    private const int Channels = 3;

    /// <summary>The product's: RGB, mean and deviation of ImageNet.</summary>
    public static InputConvention Product { get; } =
        new(IsBgr: false, [255 * 0.485, 255 * 0.456, 255 * 0.406], [255 * 0.229, 255 * 0.224, 255 * 0.225]);

    /// <summary>Makes a network that takes images so into one that takes them as the product gives them.</summary>
    /// <param name="backbone">Its first convolution and the mean of the norm behind it change.</param>
    /// <remarks>
    /// Exact inside an image. At its border the padding, zero in both networks, now stands for another grey, so that the outermost
    /// windows see something else.
    /// </remarks>
    internal void FoldInto(ResNet backbone)
    {
        if (IsProducts)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var gradients = no_grad();
        var state = StateDict.InOrder(backbone).ToDictionary();
        var weight = state["conv1.weight"];
        var mean = state["bn1.running_mean"];
        var rgb = weight.to(float64);
        rgb = IsBgr ? rgb.flip(1) : rgb;
        var scale = Channel(index => Product.Std[index] / Std[index]);
        var shift = Channel(index => (Product.Mean[index] - Mean[index]) / Std[index]);
        mean.copy_(mean.to(float64) - (rgb * shift).sum([1, 2, 3]));
        weight.copy_(rgb * scale);
    }

    private bool IsProducts => !IsBgr && Mean.SequenceEqual(Product.Mean) && Std.SequenceEqual(Product.Std);

    /// <returns>float64 [1, 3, 1, 1]</returns>
    private static Tensor Channel(Func<int, double> value) =>
        tensor(Enumerable.Range(0, Channels).Select(value).ToArray(), [1, Channels, 1, 1]);
}
