using static TorchSharp.torch;

namespace Pipeline.Training.Onnx.Quantization;

/// <summary>The values that 8 bits stand for: uint8 <c>q</c> means <c>(q − ZeroPoint) · Scale</c>.</summary>
/// <param name="Scale">From one step to the next; positive.</param>
/// <param name="ZeroPoint">Stands for 0, which every range holds, so that padding stays exact.</param>
internal readonly record struct ActivationRange(float Scale, byte ZeroPoint)
{
    private const int Steps = 255;

    /// <summary>Below this a scale's product with a weight's scale could vanish in float32.</summary>
    private const float LeastScale = 1e-12f;

    /// <summary>The range from one value to another; it is widened to hold 0. One without width, of a dead layer, gets the width 1.</summary>
    /// <param name="least">Finite.</param>
    /// <param name="most">Finite.</param>
    public static ActivationRange Between(double least, double most)
    {
        var low = Math.Min(least, 0);
        var high = Math.Max(most, 0);
        var width = high > low ? high - low : 1;
        var scale = Math.Max((float)(width / Steps), LeastScale);
        return new ActivationRange(scale, (byte)Math.Clamp(Math.Round(-low / scale), 0, Steps));
    }

    /// <summary>What values become that go through 8 bits and back.</summary>
    public Tensor Rounded(Tensor values) =>
        ((values / Scale).round() + (int)ZeroPoint).clamp(0, Steps).sub((int)ZeroPoint).mul(Scale);
}
