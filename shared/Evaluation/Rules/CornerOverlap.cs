using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Rules;

/// <summary>Overlaps of boxes that are given by corners, in the order of operations of KITTI's and VOC's devkits.</summary>
/// <param name="Extra">What is added to the sides: 1 where corners are pixels that belong to the box, else 0.</param>
internal readonly record struct CornerOverlap(double Extra)
{
    /// <summary>Intersection over union.</summary>
    public double IoU(in ExactBox first, in ExactBox second)
    {
        var intersection = Intersection(first, second);
        return intersection == 0 ? 0 : intersection / (AreaOf(first) + AreaOf(second) - intersection);
    }

    /// <summary>The part of a detection that lies in a region.</summary>
    public double Part(in ExactBox found, in ExactBox region)
    {
        var intersection = Intersection(found, region);
        return intersection == 0 ? 0 : intersection / AreaOf(found);
    }

    private double AreaOf(in ExactBox box) => (box.X2 - box.X1 + Extra) * (box.Y2 - box.Y1 + Extra);

    private double Intersection(in ExactBox first, in ExactBox second)
    {
        var width = Math.Min(first.X2, second.X2) - Math.Max(first.X1, second.X1) + Extra;
        var height = Math.Min(first.Y2, second.Y2) - Math.Max(first.Y1, second.Y1) + Extra;
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
