using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>Overlaps of boxes, and when they are enough.</summary>
/// <param name="Pixels">How sides are computed from corners.</param>
/// <param name="Limit">Whether an overlap of exactly the threshold is enough.</param>
internal readonly record struct VocOverlap(PixelConvention Pixels, OverlapLimit Limit)
{
    private double Extra => Pixels == PixelConvention.Inclusive ? 1 : 0;

    /// <summary>Whether an overlap is enough.</summary>
    public bool Reaches(double overlap, double threshold) => Limit == OverlapLimit.Above ? overlap > threshold : overlap >= threshold;

    /// <summary>Intersection over union.</summary>
    public double IoU(in ExactBox found, in ExactBox truth)
    {
        var intersection = Intersection(found, truth);
        return intersection == 0 ? 0 : intersection / (AreaOf(found) + AreaOf(truth) - intersection);
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
