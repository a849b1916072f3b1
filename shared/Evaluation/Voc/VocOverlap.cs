using Pipeline.Shared.Evaluation.Rules;
using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Evaluation.Voc;

/// <summary>Overlaps of boxes, and when they are enough.</summary>
/// <param name="Pixels">How sides are computed from corners.</param>
/// <param name="Limit">Whether an overlap of exactly the threshold is enough.</param>
internal readonly record struct VocOverlap(PixelConvention Pixels, OverlapLimit Limit)
{
    private CornerOverlap Corners => new(Pixels == PixelConvention.Inclusive ? 1 : 0);

    /// <summary>Whether an overlap is enough.</summary>
    public bool Reaches(double overlap, double threshold) => Limit == OverlapLimit.Above ? overlap > threshold : overlap >= threshold;

    /// <summary>Intersection over union.</summary>
    public double IoU(in ExactBox found, in ExactBox truth) => Corners.IoU(found, truth);

    /// <summary>The part of a detection that lies in a region.</summary>
    public double Part(in ExactBox found, in ExactBox region) => Corners.Part(found, region);
}
