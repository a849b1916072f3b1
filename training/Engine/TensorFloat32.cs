using static TorchSharp.torch;

namespace Pipeline.Training.Engine;

/// <summary>
/// Whether CUDA may compute float32 convolutions and products in TF32 (10 bits of mantissa in place of 23), until it is disposed. libtorch's
/// own setting is off for products and on for convolutions; here both are what the option says. On the CPU it changes nothing.
/// </summary>
internal sealed class TensorFloat32 : IDisposable
{
    private readonly bool productsBefore = backends.cuda.matmul.allow_tf32;
    private readonly bool convolutionsBefore = backends.cudnn.allow_tf32;

    private TensorFloat32()
    {
    }

    /// <param name="allowed">The option.</param>
    public static TensorFloat32 Use(bool allowed)
    {
        var before = new TensorFloat32();
        Set(allowed, allowed);
        return before;
    }

    /// <summary>What was set before is set again.</summary>
    public void Dispose() => Set(productsBefore, convolutionsBefore);

    private static void Set(bool products, bool convolutions)
    {
        backends.cuda.matmul.allow_tf32 = products;
        backends.cudnn.allow_tf32 = convolutions;
    }
}
