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

    /// <summary>Labels [S] of boxes [S, 4]: background (0) becomes −1 where at least half of the box is in a region to ignore.</summary>
    public static Tensor WithoutBackgroundIn(Tensor? regions, Tensor boxes, Tensor labels) => regions is null || regions.shape[0] == 0
        ? labels
        : labels.masked_fill(labels.eq(0).logical_and(CoveredByHalf(boxes, regions)), -1);

    /// <summary>Whether at least half of a box is in one of the regions.</summary>
    /// <param name="boxes">[S, 4]</param>
    /// <param name="regions">[D, 4]</param>
    /// <returns>bool [S]</returns>
    private static Tensor CoveredByHalf(Tensor boxes, Tensor regions)
    {
        var left = regions.unsqueeze(1);
        var sides = (minimum(left[.., .., 2..], boxes[.., 2..]) - maximum(left[.., .., ..2], boxes[.., ..2])).clamp(min: 0);
        return (2 * sides[.., .., 0] * sides[.., .., 1]).ge(Area(boxes)).any(0);
    }

    /// <summary>Which boxes have a width and a height, of all images in one copy.</summary>
    /// <param name="boxes">[G_i, 4] of each image.</param>
    /// <returns>int64 indices of each image's boxes.</returns>
    public static IReadOnlyList<Tensor> WithArea(IReadOnlyList<Tensor> boxes)
    {
        using var scope = NewDisposeScope();
        var parts = cat([.. boxes]).unbind(-1);
        using var host = (parts[2] > parts[0]).logical_and(parts[3] > parts[1]).OnHost();
        var indices = new List<Tensor>();
        var offset = 0;
        foreach (var image in boxes)
        {
            var flags = host.bytes.Slice(offset, (int)image.shape[0]).ToArray();
            long[] kept = [.. Enumerable.Range(0, flags.Length).Where(index => flags[index] != 0).Select(index => (long)index)];
            indices.Add(tensor(kept).OnDevice(image.device).MoveToOuterDisposeScope());
            offset += flags.Length;
        }

        return indices;
    }

    /// <summary>Corners moved into the image: [..., 4].</summary>
    public static Tensor Clip(Tensor boxes, (int Height, int Width) image)
    {
        var parts = boxes.unbind(-1);
        var x1 = parts[0].clamp(0, image.Width);
        var y1 = parts[1].clamp(0, image.Height);
        var x2 = parts[2].clamp(0, image.Width);
        var y2 = parts[3].clamp(0, image.Height);
        return stack([x1, y1, x2, y2], -1);
    }
}
