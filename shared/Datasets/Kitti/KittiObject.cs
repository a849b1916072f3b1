using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets.Kitti;

/// <summary>One line of a label or result file.</summary>
/// <param name="Type">Name of the class, without white space; KITTI's own are <see cref="KittiClasses.Known"/>.</param>
/// <param name="Truncated">0 (whole) to 1 (outside the image); −1 unknown.</param>
/// <param name="Occluded">0 visible, 1 partly, 2 largely hidden, 3 unknown; −1 for DontCare.</param>
/// <param name="Alpha">Observation angle in radians; −10 unknown.</param>
/// <param name="Box">Corners in pixels.</param>
public sealed record KittiObject(string Type, float Truncated, int Occluded, float Alpha, Box Box)
{
    /// <summary>Height, width and length in meters; −1 unknown.</summary>
    public (float Height, float Width, float Length) SizeMeters { get; init; } = (-1, -1, -1);

    /// <summary>Position in the camera's coordinates in meters; −1000 unknown.</summary>
    public (float X, float Y, float Z) PositionMeters { get; init; } = (-1000, -1000, -1000);

    /// <summary>Rotation about the vertical axis in radians; −10 unknown.</summary>
    public float RotationY { get; init; } = -10;

    /// <summary>Confidence of a result; null for a label.</summary>
    public float? Score { get; init; }

    /// <summary>What the neutral model keeps of it.</summary>
    /// <param name="line">Its line, from 1.</param>
    public Annotation ToAnnotation(int line)
    {
        var truncated = Truncated > 0 ? AnnotationMarks.Truncated : AnnotationMarks.None;
        var occluded = Occluded > 0 ? AnnotationMarks.Occluded : AnnotationMarks.None;
        var name = Type == KittiClasses.DontCare ? null : Type;
        return new Annotation(name, Box) { Marks = truncated | occluded, Place = line };
    }
}
