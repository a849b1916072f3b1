using Pipeline.Shared.Geometry;

namespace Pipeline.Golden;

/// <summary>Intersection over union in the order of operations of torchvision's <c>box_iou</c>: an oracle for suppression.</summary>
internal static class BoxIoU
{
    /// <returns>0 when the boxes do not overlap, NaN for two boxes without area.</returns>
    public static float Of(in Box a, in Box b)
    {
        var width = Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1));
        var height = Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));
        var intersection = width * height;
        return intersection / (a.Area + b.Area - intersection);
    }
}
