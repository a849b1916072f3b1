using Pipeline.Shared.Geometry;

namespace Pipeline.Shared.Datasets;

/// <summary>What label formats say about an object beside its class and box.</summary>
[Flags]
public enum AnnotationMarks : byte
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>COCO's <c>iscrowd</c>: a region of many objects of the class.</summary>
    Crowd = 1,

    /// <summary>VOC's <c>difficult</c>: too hard to be counted.</summary>
    Difficult = 2,

    /// <summary>The object extends beyond the box (VOC's <c>truncated</c>; KITTI's above 0).</summary>
    Truncated = 4,

    /// <summary>Something hides a part of it (VOC's <c>occluded</c>; KITTI's 1 and above).</summary>
    Occluded = 8,
}

/// <summary>An object, or a region to ignore, in an image.</summary>
/// <param name="Class">Name of its class; null for a region of any class, which is always ignored (KITTI's DontCare).</param>
/// <param name="Box">Corners in continuous pixels of the decoded image.</param>
public readonly record struct Annotation(string? Class, Box Box)
{
    /// <summary>What else the labels say about it.</summary>
    public AnnotationMarks Marks { get; init; }

    /// <summary>Where the labels have it: a line of a file (KITTI, VOC, YOLO), from 1; an index in COCO's annotations, from 0.</summary>
    public int Place { get; init; }

    /// <summary>The number that the labels give it (COCO); null in other formats.</summary>
    public long? Id { get; init; }

    /// <summary>Whether detections here count neither for nor against: a crowd, a difficult object, a region of any class.</summary>
    public bool IsIgnored => Class is null || (Marks & (AnnotationMarks.Crowd | AnnotationMarks.Difficult)) != 0;
}
