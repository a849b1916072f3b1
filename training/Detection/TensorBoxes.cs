using static TorchSharp.torch;

namespace Pipeline.Training.Detection;

/// <summary>Box arithmetic on tensors (torchvision's <c>ops/boxes.py</c>).</summary>
internal static class TensorBoxes
{
    /// <param name="a">[G, 4]</param>
    /// <param name="b">[S, 4]</param>
    /// <returns>IoU [G, S]</returns>
    public static Tensor PairwiseIoU(Tensor a, Tensor b)
    {
        var left = a.unsqueeze(1);
        var overlapFrom = maximum(left[.., .., ..2], b[.., ..2]);
        var overlapTo = minimum(left[.., .., 2..], b[.., 2..]);
        var sides = (overlapTo - overlapFrom).clamp(min: 0);
        var intersection = sides[.., .., 0] * sides[.., .., 1];
        return intersection / (Area(a).unsqueeze(1) + Area(b) - intersection);
    }

    /// <returns>[...]</returns>
    public static Tensor Area(Tensor boxes)
    {
        var parts = boxes.unbind(-1);
        return (parts[2] - parts[0]) * (parts[3] - parts[1]);
    }

    /// <summary>Corners moved into the image: [..., 4].</summary>
    public static Tensor Clip(Tensor boxes, (int Height, int Width) image)
    {
        var parts = boxes.unbind(-1);
        return stack([parts[0].clamp(0, image.Width), parts[1].clamp(0, image.Height), parts[2].clamp(0, image.Width), parts[3].clamp(0, image.Height)], -1);
    }
}
