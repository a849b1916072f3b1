namespace Pipeline.Shared.Geometry;

/// <summary>Arithmetic on boxes, in the order of operations of torchvision's <c>ops/boxes.py</c>, float32.</summary>
public static class BoxOps
{
    /// <summary>Intersection over union; 0 when the boxes do not overlap, NaN for two boxes without area.</summary>
    public static float IoU(in Box a, in Box b)
    {
        var intersection = Intersection(a, b);
        return intersection / (a.Area + b.Area - intersection);
    }

    /// <summary>Area of the overlap, in square pixels.</summary>
    public static float Intersection(in Box a, in Box b) =>
        Math.Max(0, Math.Min(a.X2, b.X2) - Math.Max(a.X1, b.X1)) * Math.Max(0, Math.Min(a.Y2, b.Y2) - Math.Max(a.Y1, b.Y1));

    /// <summary>Moves every corner into an image of the given size.</summary>
    public static Box Clip(in Box box, float widthPixels, float heightPixels) => new(
        Math.Clamp(box.X1, 0, widthPixels), Math.Clamp(box.Y1, 0, heightPixels),
        Math.Clamp(box.X2, 0, widthPixels), Math.Clamp(box.Y2, 0, heightPixels));
}
