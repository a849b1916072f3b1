using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Kitti;

/// <summary>Overlaps on continuous corners, in the devkit's order of operations.</summary>
internal static class KittiOverlap
{
    /// <summary>Intersection over union.</summary>
    public static double IoU(in ExactBox first, in ExactBox second)
    {
        var intersection = Intersection(first, second);
        return intersection == 0 ? 0 : intersection / (AreaOf(first) + AreaOf(second) - intersection);
    }

    /// <summary>The part of a detection that lies in a region.</summary>
    public static double Part(in ExactBox found, in ExactBox region)
    {
        var intersection = Intersection(found, region);
        return intersection == 0 ? 0 : intersection / AreaOf(found);
    }

    private static double AreaOf(in ExactBox box) => (box.X2 - box.X1) * (box.Y2 - box.Y1);

    private static double Intersection(in ExactBox first, in ExactBox second)
    {
        var width = Math.Min(first.X2, second.X2) - Math.Max(first.X1, second.X1);
        var height = Math.Min(first.Y2, second.Y2) - Math.Max(first.Y1, second.Y1);
        return width <= 0 || height <= 0 ? 0 : width * height;
    }
}
