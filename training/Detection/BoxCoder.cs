using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Boxes as differences to reference boxes (Girshick et al. 2014; torchvision's <c>BoxCoder</c>).</summary>
/// <param name="weights">Factors of dx, dy, dw, dh.</param>
public sealed class BoxCoder(IReadOnlyList<double> weights)
{
    /// <summary>Sides grow by at most 62.5 times.</summary>
    internal static readonly double MaxLogRatio = Math.Log(1000.0 / 16);

    /// <param name="boxes">[..., 4], corners in pixels.</param>
    /// <param name="references">[..., 4], anchors or proposals.</param>
    /// <returns>dx, dy, dw, dh: [..., 4]</returns>
    public Tensor Encode(Tensor boxes, Tensor references)
    {
        var (rx, ry, rw, rh) = CenterAndSize(references);
        var (bx, by, bw, bh) = CenterAndSize(boxes);
        return stack(
            [(bx - rx) / rw * weights[0], (by - ry) / rh * weights[1], (bw / rw).log() * weights[2], (bh / rh).log() * weights[3]], -1);
    }

    /// <param name="deltas">[..., 4]</param>
    /// <param name="references">broadcastable to [..., 4]</param>
    /// <returns>Corners in pixels: [..., 4]; sides grow by at most 62.5 times.</returns>
    public Tensor Decode(Tensor deltas, Tensor references)
    {
        var (rx, ry, rw, rh) = CenterAndSize(references);
        var parts = deltas.unbind(-1);
        var x = parts[0] / weights[0] * rw + rx;
        var y = parts[1] / weights[1] * rh + ry;
        var halfWidth = (parts[2] / weights[2]).clamp(max: MaxLogRatio).exp() * rw * 0.5;
        var halfHeight = (parts[3] / weights[3]).clamp(max: MaxLogRatio).exp() * rh * 0.5;
        return stack([x - halfWidth, y - halfHeight, x + halfWidth, y + halfHeight], -1);
    }

    private static (Tensor X, Tensor Y, Tensor Width, Tensor Height) CenterAndSize(Tensor boxes)
    {
        var parts = boxes.unbind(-1);
        var width = parts[2] - parts[0];
        var height = parts[3] - parts[1];
        return (parts[0] + width * 0.5, parts[1] + height * 0.5, width, height);
    }
}
