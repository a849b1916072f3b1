using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Analysis;

/// <summary>How much of two boxes is the same, as pycocotools computes it: boxes that only touch, or have no area, overlap by 0.</summary>
internal static class Overlap
{
    /// <summary>Intersection over union.</summary>
    public static double Iou(in ExactBox first, in ExactBox second)
    {
        var intersection = Intersection(first, second);
        return intersection > 0 ? intersection / (first.Area + second.Area - intersection) : 0;
    }

    /// <summary>The part of a detection that lies in a region.</summary>
    public static double InRegion(in ExactBox detection, in ExactBox region)
    {
        var intersection = Intersection(detection, region);
        return intersection > 0 ? intersection / detection.Area : 0;
    }

    private static double Intersection(in ExactBox first, in ExactBox second)
    {
        var width = Math.Min(first.X2, second.X2) - Math.Max(first.X1, second.X1);
        var height = Math.Min(first.Y2, second.Y2) - Math.Max(first.Y1, second.Y1);
        return width > 0 && height > 0 ? width * height : 0;
    }
}
